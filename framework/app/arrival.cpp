#include "app/arrival.hpp"

#include <folio/log.hpp>
#include <utility>

#include "net/tcp.hpp"

namespace folio::app {

Arrival::Arrival(Arrivals& row, net::TcpConnection& tcp, Plan plan) : row_(row), tcp_(tcp), plan_(std::move(plan)) {
  previous_ = row_.last_;
  (previous_ != nullptr ? previous_->next_ : row_.first_) = this;
  row_.last_ = this;
  ++row_.size_;
}

Arrival::~Arrival() {
  leave();
}

void Arrival::leave() noexcept {
  if (!std::exchange(in_row_, false)) return;
  (previous_ != nullptr ? previous_->next_ : row_.first_) = next_;
  (next_ != nullptr ? next_->previous_ : row_.last_) = previous_;
  --row_.size_;
}

std::optional<std::span<char>> Arrival::receive(std::span<char> bytes) {
  const std::size_t used = parser_.receive({bytes.data(), bytes.size()});
  switch (parser_.state()) {
    case http::ProxyHeaderParser::State::NeedMore:
      return std::nullopt;
    case http::ProxyHeaderParser::State::Error:
      // Nobody but the proxy should be able to connect: the operator wants to know.
      log::warn("a connection from " + tcp_.peer_address() + " is closed: " + std::string(parser_.error()));
      tcp_.close();
      return std::nullopt;
    case http::ProxyHeaderParser::State::Complete:
      break;
  }
  const auto rest = bytes.subspan(used);
  if (!plan_.tls) return rest;
  // The connection may be through with its handshake in this call, and this object gone.
  tcp_.begin_tls(*std::exchange(plan_.tls, nullptr), rest);
  return std::nullopt;
}

void Arrival::give_up() noexcept {
  leave();
  tcp_.close();
}

}  // namespace folio::app
