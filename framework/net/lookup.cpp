#include "net/lookup.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <uv.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace folio::net {

namespace {

std::string_view without_brackets(std::string_view host) {
  return host.size() > 2 && host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

std::string explain(int status) {
  switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
      return "there is no host of this name";
    case UV_EAI_AGAIN:
      return "the name cannot be looked up at the moment: the resolver does not answer";
    default:
      return std::string("the name cannot be looked up: ") + uv_strerror(status);
  }
}

}  // namespace

std::optional<SocketAddress> numeric_address(std::string_view host, std::uint16_t port) {
  if (host.contains('\0')) return std::nullopt;  // the functions below would look at what is in front of it
  const std::string text(without_brackets(host));
  SocketAddress address{};
  if (text.size() == host.size() && uv_ip4_addr(text.c_str(), port, reinterpret_cast<sockaddr_in*>(&address)) == 0) {
    return address;
  }
  address = {};
  if (uv_ip6_addr(text.c_str(), port, reinterpret_cast<sockaddr_in6*>(&address)) == 0) return address;
  return std::nullopt;
}

bool is_host(std::string_view host) {
  constexpr std::size_t longest = 254;  // RFC 1035 §2.3.4 as text, with the dot at the end
  return !host.empty() && host.size() <= longest &&
         std::ranges::all_of(host, [](unsigned char byte) { return byte > ' ' && byte < 0x7f; });
}

bool is_numeric(std::string_view host) {
  return numeric_address(host, 0).has_value();
}

std::string describe(std::string_view host, std::uint16_t port) {
  const bool bare_ipv6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  return (bare_ipv6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::to_string(port);
}

struct Lookup::Request {
  Request(Loop& where, Lookup* who) : loop(where), owner(who) {}
  uv_getaddrinfo_t uv{};
  Loop& loop;
  Lookup* owner;  // null once nobody wants the answer
};

std::string Lookup::start(Loop& loop, const std::string& host, std::uint16_t port, OnAnswer on_answer) {
  auto request = std::make_unique<Request>(loop, this);
  request->uv.data = request.get();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  const int status = uv_getaddrinfo(
      loop.raw(), &request->uv,
      [](uv_getaddrinfo_t* done, int result, addrinfo*) {
        const std::unique_ptr<Request> finished(static_cast<Request*>(done->data));
        if (finished->owner != nullptr) finished->owner->answered(*finished, result);
        uv_freeaddrinfo(done->addrinfo);
        finished->loop.end_turn();
      },
      host.c_str(), std::to_string(port).c_str(), &hints);
  if (status != 0) return explain(status);
  on_answer_ = std::move(on_answer);
  request_ = request.release();
  return {};
}

Lookup::~Lookup() {
  if (request_ == nullptr) return;
  request_->owner = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&request_->uv));  // works while it waits for a thread
}

void Lookup::answered(Request& request, int status) {
  request_ = nullptr;
  std::vector<SocketAddress> addresses;
  for (const addrinfo* each = status == 0 ? request.uv.addrinfo : nullptr; each != nullptr; each = each->ai_next) {
    if (each->ai_addrlen > sizeof(SocketAddress)) continue;
    std::memcpy(&addresses.emplace_back(), each->ai_addr, each->ai_addrlen);
  }
  const auto on_answer = std::move(on_answer_);
  on_answer(std::move(addresses), addresses.empty() ? explain(status != 0 ? status : UV_EAI_NONAME) : std::string());
}

}  // namespace folio::net
