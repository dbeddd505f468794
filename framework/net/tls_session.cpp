#include "net/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "net/lookup.hpp"
#include "net/openssl.hpp"
#include "net/tls_context.hpp"

namespace folio::net {

// OpenSSL reads where the ciphertext lies and writes into the output: no buffer in between.
const bio_method_st* TlsSession::bio_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "folio");
    if (made == nullptr) std::abort();
    BIO_meth_set_read(made, [](BIO* bio, char* into, int size) {
      auto& input = static_cast<TlsSession*>(BIO_get_data(bio))->input_;
      BIO_clear_retry_flags(bio);
      if (input.empty()) {
        BIO_set_retry_read(bio);
        return -1;
      }
      const std::size_t count = std::min(input.size(), static_cast<std::size_t>(size));
      std::memcpy(into, input.data(), count);
      input = input.subspan(count);
      return static_cast<int>(count);
    });
    BIO_meth_set_write(made, [](BIO* bio, const char* bytes, int size) {
      BIO_clear_retry_flags(bio);
      static_cast<TlsSession*>(BIO_get_data(bio))->output_.append({bytes, static_cast<std::size_t>(size)});
      return size;
    });
    BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH ? 1 : 0; });
    return made;
  }();
  return method;
}

TlsSession::TlsSession(const TlsContext& context, std::string_view host) : ssl_(SSL_new(context.raw())) {
  BIO* bio = BIO_new(bio_method());
  if (ssl_ == nullptr || bio == nullptr) std::abort();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  if (context.role() == TlsRole::Server) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
    expect(host);
  }
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

void TlsSession::expect(std::string_view host) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl_);
  // RFC 6125 §6.4.3 lets a client refuse `f*.example.com`; nobody needs it.
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  bool done = false;
  if (is_numeric(host)) {
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    const std::string address(host.substr(0, host.find('%')));
    done = X509_VERIFY_PARAM_set1_ip_asc(param, address.c_str()) == 1;
  } else {
    // RFC 6066 §3: "The hostname is represented as a byte string using ASCII encoding without a trailing dot."
    if (host.ends_with('.')) host.remove_suffix(1);
    const std::string name(host);
    done = !name.empty() && X509_VERIFY_PARAM_set1_host(param, name.data(), name.size()) == 1 &&
           SSL_set_tlsext_host_name(ssl_, name.c_str()) == 1;
  }
  if (done) return;
  // A client that cannot say whom it wants must not be content with anybody.
  state_ = State::Failed;
  failure_ = "'" + std::string(host) + "' cannot be in a certificate";
  ERR_clear_error();
}

std::size_t TlsSession::receive(std::span<const char> ciphertext, std::span<char> plaintext) noexcept {
  if (state_ == State::Failed || state_ == State::PeerEnded) return 0;
  input_ = ciphertext;
  std::size_t total = 0;
  if (state_ == State::Open || shake_hands()) {
    while (total < plaintext.size()) {
      std::size_t count = 0;
      ERR_clear_error();
      const int result = SSL_read_ex(ssl_, plaintext.data() + total, plaintext.size() - total, &count);
      total += count;
      if (result != 1) {
        stopped(result);
        break;
      }
    }
  }
  input_ = {};
  if (state_ == State::Open && output_.size() > max_replies) {
    state_ = State::Failed;
    failure_ = "the peer asks for answers and does not read them";
  }
  return total;
}

bool TlsSession::shake_hands() noexcept {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    state_ = State::Open;
    return true;
  }
  stopped(result);
  return false;
}

void TlsSession::stopped(int result) noexcept {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return;
    case SSL_ERROR_ZERO_RETURN:
      state_ = State::PeerEnded;
      return;
    default:
      break;
  }
  state_ = State::Failed;
  failure_ = openssl::take_error();
  const long verdict = SSL_get_verify_result(ssl_);
  if (SSL_get_verify_mode(ssl_) != SSL_VERIFY_NONE && verdict != X509_V_OK) {
    failure_ += std::string(": ") + X509_verify_cert_error_string(verdict);
  }
}

void TlsSession::send(std::string_view plaintext) noexcept {
  if (state_ == State::Failed || plaintext.empty()) return;
  std::size_t count = 0;
  ERR_clear_error();
  // The output takes everything, so that this is done at once or never.
  if (SSL_write_ex(ssl_, plaintext.data(), plaintext.size(), &count) == 1) return;
  state_ = State::Failed;
  failure_ = openssl::take_error();
}

void TlsSession::end() noexcept {
  if (state_ == State::Failed) return;
  ERR_clear_error();
  (void)SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace folio::net
