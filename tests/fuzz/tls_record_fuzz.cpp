// Bytes that are no TLS, or not any more, where TLS is expected. The first byte says where: sent to a server or a client
// that waits for its handshake, sent after one, or mixed into one. Whatever comes, a session neither gives plaintext that
// nobody has sent, nor answers without end; and what comes in pieces comes to the same state.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/self_signed.hpp"
#include "net/tls_context.hpp"
#include "net/tls_session.hpp"

namespace {

using namespace folio;
using net::TlsSession;

void require(bool holds) {
  if (!holds) std::abort();
}

const net::SelfSigned& certificate() {
  static const net::SelfSigned made = net::make_self_signed();
  return made;
}

const net::TlsContext& server_context() {
  net::TlsServerOptions options;
  options.identities.push_back({.certificate_pem = certificate().certificate_pem, .key_pem = certificate().key_pem});
  static const auto setup = net::TlsContext::server(options);
  return *setup.context;
}

const net::TlsContext& client_context() {
  static const auto setup = net::TlsContext::client({.authorities_pem = certificate().certificate_pem});
  return *setup.context;
}

// Gives how many bytes of plaintext came out.
std::size_t receive(TlsSession& session, std::string_view bytes, std::size_t step) {
  std::size_t plaintext = 0;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, step);
    std::string room(TlsSession::plaintext_room(piece.size()), '\0');
    plaintext += session.receive(piece, room);
    bytes.remove_prefix(piece.size());
  }
  require(session.output().size() <= TlsSession::max_replies + 2 * TlsSession::record_size);
  require((session.state() == TlsSession::State::Failed) == !session.failure().empty());
  return plaintext;
}

std::string take(TlsSession& session) {
  std::string bytes(session.output().view());
  session.output().clear();
  return bytes;
}

// Both sides talk until they are silent. `mixed` is laid over what the server says, from its `at`th byte on.
void shake_hands(TlsSession& client, TlsSession& server, std::string_view mixed = {}, std::size_t at = 0) {
  client.start();
  for (std::size_t turn = 0; turn < 8; ++turn) {
    (void)receive(server, take(client), std::string_view::npos);
    std::string answer = take(server);
    for (std::size_t i = 0; i < mixed.size() && at + i < answer.size(); ++i) answer[at + i] ^= mixed[i];
    if (answer.empty()) break;
    (void)receive(client, answer, std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
    case 1: {
      const auto& context = data[0] % 4 == 0 ? server_context() : client_context();
      TlsSession whole(context, data[0] % 4 == 0 ? "" : "localhost");
      TlsSession pieces(context, data[0] % 4 == 0 ? "" : "localhost");
      require(receive(whole, bytes, std::string_view::npos) == 0);
      require(receive(pieces, bytes, 1) == 0);
      require(whole.state() == pieces.state());
      require(whole.state() != TlsSession::State::Open);  // that takes a peer
      break;
    }
    case 2: {
      TlsSession client(client_context(), "localhost");
      TlsSession server(server_context(), {});
      shake_hands(client, server);
      require(client.state() == TlsSession::State::Open && server.state() == TlsSession::State::Open);
      require(receive(server, bytes, std::string_view::npos) == 0);
      require(receive(client, bytes, 3) == 0);
      break;
    }
    default: {
      TlsSession client(client_context(), "localhost");
      TlsSession server(server_context(), {});
      const std::size_t at = bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]) * 4U;
      shake_hands(client, server, bytes.substr(std::min<std::size_t>(1, bytes.size())), at);
      break;
    }
  }
  return 0;
}
