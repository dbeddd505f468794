#include "app/client_tls.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace folio::app {

namespace {

struct Contexts {
  explicit Contexts(net::Loop&) {}
  // A program has one or two of them.
  std::vector<std::pair<ClientTls, std::unique_ptr<net::TlsSetup>>> made;
};

}  // namespace

const net::TlsSetup& client_tls(net::Loop& loop, const ClientTls& wanted) {
  auto& made = loop.local<Contexts>().made;
  std::erase_if(made, [](const auto& each) { return !each.second->context; });
  for (const auto& [key, setup] : made) {
    if (key == wanted) return *setup;
  }
  auto setup = std::make_unique<net::TlsSetup>(net::TlsContext::client(
      {.authorities_file = wanted.authorities_file,
       .authorities_pem = {},
       .peer_check =
           wanted.accept_any_server_insecurely ? net::PeerCheck::AcceptAnybodyInsecurely : net::PeerCheck::Verify}));
  return *made.emplace_back(wanted, std::move(setup)).second;
}

}  // namespace folio::app
