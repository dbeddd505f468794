#include "net/tls_context.hpp"

#include <openssl/err.h>

#include <cstdlib>
#include <utility>

#include "net/openssl.hpp"
#include "net/tls_files.hpp"

namespace folio::net {

namespace {

// TLS 1.2: ephemeral keys and AEAD only. Those of TLS 1.3 are all of that kind.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

}  // namespace

namespace openssl {

Context make_context(TlsRole role) {
  Context context(SSL_CTX_new(role == TlsRole::Client ? TLS_client_method() : TLS_server_method()));
  if (!context) std::abort();  // no memory, or no OpenSSL that works
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), ciphers);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // An idle connection keeps no record buffers.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  // Resumption is by tickets, which cost the server no memory.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

}  // namespace openssl

TlsContext::TlsContext(TlsRole role) : context_(openssl::make_context(role).release()), role_(role) {
  if (role == TlsRole::Client) SSL_CTX_set_alpn_protos(context_, openssl::alpn.data(), openssl::alpn.size());
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

TlsSetup TlsContext::client(const TlsClientOptions& options) {
  ERR_clear_error();
  std::unique_ptr<TlsContext> context(new TlsContext(TlsRole::Client));
  if (auto message = context->trust(options); !message.empty()) return {.context = {}, .message = std::move(message)};
  return {.context = std::move(context), .message = {}};
}

std::string TlsContext::trust(const TlsClientOptions& options) {
  if (options.peer_check == PeerCheck::AcceptAnybodyInsecurely) {
    SSL_CTX_set_verify(context_, SSL_VERIFY_NONE, nullptr);
    return {};
  }
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  if (options.authorities_file.empty() && options.authorities_pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context_) != 1) {
      return "cannot read the system's certificate authorities: " + openssl::take_error();
    }
    return {};
  }
  std::string message;
  const auto pem = openssl::read_content(options.authorities_file, options.authorities_pem,
                                         "the certificate authorities", message);
  if (!pem) return message;
  for (const auto& each : openssl::read_certificates(*pem, message)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), each.get());
  }
  ERR_clear_error();
  return message;
}

}  // namespace folio::net
