// OpenSSL as it is, without a socket: a TLS peer that may do what ours never does.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "net/self_signed.hpp"

namespace folio::test {

class RawTls {
 public:
  using Configure = std::function<void(SSL_CTX*)>;

  // A client that trusts everybody.
  static SSL_CTX* client_context(const Configure& configure = {}) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    if (configure) configure(context);
    return context;
  }
  static SSL_CTX* server_context(const net::SelfSigned& identity, const Configure& configure = {}) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    BIO* bio = BIO_new_mem_buf(identity.certificate_pem.data(), -1);
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context, certificate);
    X509_free(certificate);
    BIO_free(bio);
    bio = BIO_new_mem_buf(identity.key_pem.data(), -1);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context, key);
    EVP_PKEY_free(key);
    BIO_free(bio);
    if (configure) configure(context);
    return context;
  }

  // Takes over `context`.
  explicit RawTls(SSL_CTX* context) : ssl(SSL_new(context)) {
    SSL_CTX_free(context);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (SSL_is_server(ssl) != 0) {
      SSL_set_accept_state(ssl);
    } else {
      SSL_set_connect_state(ssl);
    }
  }
  ~RawTls() { SSL_free(ssl); }
  RawTls(const RawTls&) = delete;
  RawTls& operator=(const RawTls&) = delete;

  // Takes what the peer sent, and gives what it is to be sent.
  std::string exchange(std::string_view input) {
    if (!input.empty()) BIO_write(SSL_get_rbio(ssl), input.data(), static_cast<int>(input.size()));
    int result = SSL_do_handshake(ssl);
    std::array<char, 16 * 1024> chunk;
    while (result == 1) {
      std::size_t count = 0;
      result = SSL_read_ex(ssl, chunk.data(), chunk.size(), &count);
      received.append(chunk.data(), count);
    }
    const int why = SSL_get_error(ssl, result);
    if (why == SSL_ERROR_ZERO_RETURN) ended = true;
    if (why == SSL_ERROR_SSL && error.empty()) error = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return output();
  }
  std::string send(std::string_view bytes) {
    SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
    return output();
  }
  std::string end() {
    SSL_shutdown(ssl);
    return output();
  }
  std::string output() {
    std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl)), '\0');
    if (!bytes.empty()) BIO_read(SSL_get_wbio(ssl), bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  [[nodiscard]] bool shaken() const { return SSL_is_init_finished(ssl) != 0; }

  SSL* ssl;
  std::string received;
  std::string error;
  bool ended = false;  // by close_notify
};

}  // namespace folio::test
