// The PROXY protocol, versions 1 (text) and 2 (binary): the header that a proxy puts in front of a connection to say who
// the client is. https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt; "§" below is that text's.
//
// The receiver has to know that a header comes: §5 "The receiver MUST be configured to only receive the protocol described in this
// specification and MUST not try to guess whether the protocol header is present or not." Pure; resumes at any byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace folio::http {

struct ProxyHeader {
  // The client's numeric address; empty when the header does not say: a proxy's own health check (LOCAL), or an UNKNOWN
  // protocol. The connection's own is then the client's.
  std::string source_address;
  std::uint16_t source_port = 0;
  // The address that the client connected to.
  std::string destination_address;
  std::uint16_t destination_port = 0;
  // Whether the client spoke TLS to the proxy (§2.2.6, PP2_TYPE_SSL).
  bool secure = false;
};

class ProxyHeaderParser {
 public:
  enum class State : std::uint8_t { NeedMore, Complete, Error };

  // §2.1: "a 108-byte buffer is always enough to store all the line and a trailing zero".
  static constexpr std::size_t max_text = 107;
  // Bytes behind the sixteen of version 2: addresses and what a proxy adds. The field can say up to 65535; proxies send
  // some hundreds.
  static constexpr std::size_t max_binary = 4096;

  // Takes bytes of the header; gives how many. Those behind it are left.
  std::size_t receive(std::string_view bytes);

  [[nodiscard]] State state() const noexcept { return state_; }
  // What the header says. REQUIRES: Complete, or it is all empty.
  [[nodiscard]] const ProxyHeader& header() const noexcept { return header_; }
  // What is wrong with it, in a sentence. REQUIRES: Error.
  [[nodiscard]] std::string_view error() const noexcept { return error_; }

 private:
  void fail(std::string_view why);
  void parse_text(std::string_view line);
  void parse_binary_head();
  void parse_binary();
  void parse_extras(std::string_view extras);
  bool set_text_addresses(std::string_view line, bool six);

  std::string buffer_;
  std::size_t wanted_ = 0;  // of a binary header, once known
  ProxyHeader header_;
  std::string_view error_;
  State state_ = State::NeedMore;
};

}  // namespace folio::http
