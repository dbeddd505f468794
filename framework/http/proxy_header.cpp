#include "http/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.hpp"
#include "base/ip_address.hpp"

namespace folio::http {

namespace {

constexpr std::string_view text_start = "PROXY ";
// §2.2: "\x0D\x0A\x0D\x0A\x00\x0D\x0A\x51\x55\x49\x54\x0A"
constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t binary_head = 16;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

unsigned two_bytes(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) << 8 | byte_at(bytes, at + 1);
}

template <class Address>
std::string address_at(std::string_view bytes, std::size_t at) {
  Address address{};
  std::transform(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + address.size()), address.begin(),
                 [](char c) { return static_cast<unsigned char>(c); });
  return base::to_text(address);
}

// §2.1: "a decimal integer in the range [0..65535] inclusive. Heading zeroes are not permitted".
std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  unsigned number = 0;
  for (const char c : text) {
    if (!base::is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  if (number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

std::optional<std::string> parse_address(std::string_view text, bool six) {
  if (six) {
    if (const auto address = base::parse_ipv6(text)) return base::to_text(*address);
  } else if (const auto address = base::parse_ipv4(text)) {
    return base::to_text(*address);
  }
  return std::nullopt;
}

// §2.2.3: the CRC32c of RFC 4960 Appendix B.
std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t sum = 0xffffffff;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ (0x82f63b78 & (0 - (sum & 1)));
  }
  return ~sum;
}

}  // namespace

void ProxyHeaderParser::fail(std::string_view why) {
  state_ = State::Error;
  error_ = why;
  header_ = {};
}

std::size_t ProxyHeaderParser::receive(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ == State::NeedMore) {
    if (wanted_ != 0) {
      const std::size_t count = std::min(bytes.size() - used, wanted_ - buffer_.size());
      buffer_.append(bytes.substr(used, count));
      used += count;
    } else {
      buffer_ += bytes[used++];
      const bool text = buffer_.front() == text_start.front();
      const std::string_view start = text ? text_start : signature;
      if (start.substr(0, buffer_.size()) != std::string_view(buffer_).substr(0, start.size())) {
        fail("it does not begin with a PROXY header, and --proxy-protocol is on");
      } else if (text) {
        if (buffer_.back() == '\n') {
          parse_text(buffer_);
        } else if (buffer_.size() >= max_text) {
          fail("the PROXY header's line does not end");
        }
      } else if (buffer_.size() == binary_head) {
        parse_binary_head();
      }
    }
    if (state_ == State::NeedMore && wanted_ != 0 && buffer_.size() == wanted_) parse_binary();
  }
  if (state_ != State::NeedMore) buffer_ = {};
  return used;
}

// §2.1: "PROXY", the protocol, the source's and the destination's address, and their ports, one space between them.
void ProxyHeaderParser::parse_text(std::string_view line) {
  if (!line.ends_with("\r\n")) return fail("the PROXY header's line does not end with CR LF");
  line.remove_suffix(2);
  line.remove_prefix(text_start.size());
  const bool six = line.starts_with("TCP6 ");
  // "the receiver must ignore anything presented before the CRLF is found" behind UNKNOWN.
  const bool unknown = line == "UNKNOWN" || line.starts_with("UNKNOWN ");
  if (!unknown && !six && !line.starts_with("TCP4 ")) return fail("the PROXY header's protocol is none of TCP4, TCP6 and UNKNOWN");
  if (!unknown && !set_text_addresses(line.substr(5), six)) return fail("the PROXY header's addresses are malformed");
  state_ = State::Complete;
}

bool ProxyHeaderParser::set_text_addresses(std::string_view line, bool six) {
  std::array<std::string_view, 4> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t end = i + 1 < words.size() ? line.find(' ') : line.size();
    if (end == std::string_view::npos) return false;
    words[i] = line.substr(0, end);
    line.remove_prefix(std::min(line.size(), end + 1));
  }
  auto source = parse_address(words[0], six);
  auto destination = parse_address(words[1], six);
  const auto source_port = parse_port(words[2]);
  const auto destination_port = parse_port(words[3]);
  if (!source || !destination || !source_port || !destination_port) return false;
  header_ = {.source_address = *std::move(source),
             .source_port = *source_port,
             .destination_address = *std::move(destination),
             .destination_port = *destination_port};
  return true;
}

void ProxyHeaderParser::parse_binary_head() {
  const unsigned version_and_command = byte_at(buffer_, 12);
  // §2.2: "the highest four bits contains the version … it must always be sent as \x2 and the receiver must only accept
  // this value"; of the command "other values are unassigned and must not be emitted by senders. Receivers must drop
  // connections presenting unexpected values here."
  if (version_and_command >> 4 != 2) return fail("the PROXY header's version is unknown");
  if ((version_and_command & 0xf) > 1) return fail("the PROXY header's command is unknown");
  // "Other values are unspecified and must … be rejected as invalid by receivers."
  const unsigned family = byte_at(buffer_, 13);
  if (family >> 4 > 3 || (family & 0xf) > 2) return fail("the PROXY header's address family is unknown");
  const std::size_t size = two_bytes(buffer_, 14);
  if (size > max_binary) return fail("the PROXY header is too long");
  wanted_ = binary_head + size;
}

void ProxyHeaderParser::parse_binary() {
  const std::string_view all = buffer_;
  const std::string_view rest = all.substr(binary_head);
  constexpr unsigned local = 0;
  constexpr unsigned tcp_over_ipv4 = 0x11;
  constexpr unsigned tcp_over_ipv6 = 0x21;
  // §2.2: "When a sender presents a LOCAL connection, … the receiver must discard the protocol block including the
  // family which is ignored."
  const bool is_local = (byte_at(all, 12) & 0xf) == local;
  const unsigned family = byte_at(all, 13);
  const std::size_t addresses = family >> 4 == 1 ? 12 : family >> 4 == 2 ? 36 : family >> 4 == 3 ? 216 : 0;
  if (is_local) {
    state_ = State::Complete;
    return;
  }
  if (rest.size() < addresses) return fail("the PROXY header is too short for its addresses");
  if (family == tcp_over_ipv4) {
    header_ = {.source_address = address_at<base::Ipv4Address>(rest, 0),
               .source_port = static_cast<std::uint16_t>(two_bytes(rest, 8)),
               .destination_address = address_at<base::Ipv4Address>(rest, 4),
               .destination_port = static_cast<std::uint16_t>(two_bytes(rest, 10))};
  } else if (family == tcp_over_ipv6) {
    header_ = {.source_address = address_at<base::Ipv6Address>(rest, 0),
               .source_port = static_cast<std::uint16_t>(two_bytes(rest, 32)),
               .destination_address = address_at<base::Ipv6Address>(rest, 16),
               .destination_port = static_cast<std::uint16_t>(two_bytes(rest, 34))};
  }
  parse_extras(rest.substr(addresses));
  if (state_ == State::NeedMore) state_ = State::Complete;
}

// §2.2: "type-length-value vectors" behind the addresses. Those that we do not know mean nothing to us.
void ProxyHeaderParser::parse_extras(std::string_view extras) {
  constexpr unsigned checksum = 0x03;
  constexpr unsigned tls = 0x20;
  constexpr unsigned client_spoke_tls = 0x01;
  while (!extras.empty()) {
    constexpr std::size_t head = 3;
    if (extras.size() < head || extras.size() - head < two_bytes(extras, 1)) {
      return fail("the PROXY header's extra fields are cut off");
    }
    const unsigned type = byte_at(extras, 0);
    const std::string_view value = extras.substr(head, two_bytes(extras, 1));
    extras.remove_prefix(head + value.size());
    if (type == tls) {
      if (value.size() < 5) return fail("the PROXY header's field about TLS is cut off");
      header_.secure = (byte_at(value, 0) & client_spoke_tls) != 0;
    } else if (type == checksum) {
      if (value.size() != 4) return fail("the PROXY header's checksum has no four bytes");
      const std::uint32_t told = two_bytes(value, 0) << 16 | two_bytes(value, 2);
      // §2.2.3: computed "with the checksum field set to zero".
      std::string copy = buffer_;
      copy.replace(static_cast<std::size_t>(value.data() - buffer_.data()), 4, 4, '\0');
      if (crc32c(copy) != told) return fail("the PROXY header's checksum does not match");
    }
  }
}

}  // namespace folio::http
