// Any bytes as a PROXY header: they give the same in one piece and in any pieces, nothing behind the header is taken, and
// the addresses that come out are addresses.
#include "http/proxy_header.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"

namespace {

using namespace folio;
using http::ProxyHeaderParser;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_address(const std::string& text) {
  if (const auto four = base::parse_ipv4(text)) return base::to_text(*four) == text;
  const auto six = base::parse_ipv6(text);
  return six && base::to_text(*six) == text;
}

// Feeds pieces of `step` bytes; gives how many were taken.
std::size_t feed(ProxyHeaderParser& parser, std::string_view bytes, std::size_t step) {
  std::size_t taken = 0;
  while (taken < bytes.size() && parser.state() == ProxyHeaderParser::State::NeedMore) {
    const auto piece = bytes.substr(taken, step);
    const std::size_t used = parser.receive(piece);
    require(used <= piece.size());
    require(used == piece.size() || parser.state() != ProxyHeaderParser::State::NeedMore);
    taken += used;
  }
  return taken;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ProxyHeaderParser whole;
  const std::size_t taken = feed(whole, bytes, std::max<std::size_t>(size, 1));
  require(taken <= 16 + ProxyHeaderParser::max_binary);
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{17}}) {
    ProxyHeaderParser pieces;
    require(feed(pieces, bytes, step) == taken);
    require(pieces.state() == whole.state());
    require(pieces.header().source_address == whole.header().source_address);
    require(pieces.header().source_port == whole.header().source_port);
    require(pieces.header().destination_address == whole.header().destination_address);
    require(pieces.header().secure == whole.header().secure);
  }
  const auto& header = whole.header();
  if (whole.state() != ProxyHeaderParser::State::Complete) {
    require(header.source_address.empty() && !header.secure);
    require((whole.state() == ProxyHeaderParser::State::Error) == !whole.error().empty());
    return 0;
  }
  require(header.source_address.empty() == header.destination_address.empty());
  require(header.source_address.empty() || (is_address(header.source_address) && is_address(header.destination_address)));
  // What was taken is the header, and nothing but it.
  ProxyHeaderParser again;
  require(again.receive(bytes.substr(0, taken)) == taken && again.state() == ProxyHeaderParser::State::Complete);
  return 0;
}
