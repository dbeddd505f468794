#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "net/openssl.hpp"

namespace folio::net {

namespace {

// TLS 1.2: ephemeral keys and AEAD only. Those of TLS 1.3 are all of that kind.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// RFC 7301 §3.1: a list of names, each behind its length.
constexpr std::array<unsigned char, 9> alpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// PEM text, and what errors call it.
struct Pem {
  std::string text;
  std::string name;
};

// `what` as "the certificate". Gives the text, or what is wrong as the message.
std::optional<Pem> read_pem(const std::string& file, const std::string& text, const std::string& what,
                            std::string& message) {
  if (!text.empty()) return Pem{.text = text, .name = what};
  if (file.empty()) {
    message = what + " is missing: name its PEM file";
    return std::nullopt;
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text_of_file;
  text_of_file << stream.rdbuf();
  std::string content = std::move(text_of_file).str();
  if (content.empty()) {
    message = "cannot read " + what + " " + file + ": " + (errno != 0 ? std::strerror(errno) : "the file is empty");
    return std::nullopt;
  }
  return Pem{.text = std::move(content), .name = what + " " + file};
}

// RFC 7301 §3.2: "In the event that the server supports no protocols that the client advertises, then the server SHALL
// respond with a fatal "no_application_protocol" alert."
int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                void*) {
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_size, alpn.data(), alpn.size(), in, in_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Without a callback OpenSSL would ask on the terminal.
int give_passphrase(char* buffer, int size, int, void* given) {
  const auto& passphrase = *static_cast<const std::string*>(given);
  if (passphrase.empty() || passphrase.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, passphrase.data(), passphrase.size());
  return static_cast<int>(passphrase.size());
}

std::string date_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return "an unknown date";
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &fields)};
}

std::string validity_warning(const X509* certificate, const std::string& name) {
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return name + " has expired on " + date_of(X509_get0_notAfter(certificate)) + ": clients will refuse it; renew it";
  }
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
    return name + " is not valid before " + date_of(X509_get0_notBefore(certificate)) +
           ": clients will refuse it; is the clock right?";
  }
  return {};
}

}  // namespace

TlsContext::TlsContext(TlsRole role)
    : context_(SSL_CTX_new(role == TlsRole::Client ? TLS_client_method() : TLS_server_method())), role_(role) {
  if (context_ == nullptr) std::abort();  // no memory, or no OpenSSL that works
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context_, ciphers);
  SSL_CTX_set_options(context_, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // An idle connection keeps no record buffers.
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
  // Resumption is by tickets, which cost the server no memory.
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  if (role == TlsRole::Client) {
    SSL_CTX_set_alpn_protos(context_, alpn.data(), alpn.size());
  } else {
    SSL_CTX_set_alpn_select_cb(context_, select_alpn, nullptr);
  }
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

TlsSetup TlsContext::server(const TlsServerOptions& options) {
  ERR_clear_error();
  std::unique_ptr<TlsContext> context(new TlsContext(TlsRole::Server));
  if (auto message = context->show(options); !message.empty()) return {.context = {}, .message = std::move(message)};
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
  const auto pem = read_pem(options.authorities_file, options.authorities_pem, "the certificate authorities", message);
  if (!pem) return message;
  const auto source = openssl::read_from(pem->text);
  std::string no_passphrase;
  int count = 0;
  while (const openssl::Certificate each{PEM_read_bio_X509(source.get(), nullptr, give_passphrase, &no_passphrase)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), each.get());
    ++count;
  }
  ERR_clear_error();  // the end of the file is an error to OpenSSL
  if (count == 0) return pem->name + ": there is no PEM certificate in it";
  return {};
}

std::string TlsContext::show(const TlsServerOptions& options) {
  std::string message;
  const auto pem = read_pem(options.certificate_file, options.certificate_pem, "the certificate", message);
  if (!pem) return message;
  std::string no_passphrase;
  const auto source = openssl::read_from(pem->text);
  const openssl::Certificate first(PEM_read_bio_X509_AUX(source.get(), nullptr, give_passphrase, &no_passphrase));
  if (!first) return pem->name + ": there is no PEM certificate in it (" + openssl::take_error() + ")";
  if (SSL_CTX_use_certificate(context_, first.get()) != 1) {
    return pem->name + " cannot be used: " + openssl::take_error();
  }
  while (const openssl::Certificate each{PEM_read_bio_X509(source.get(), nullptr, give_passphrase, &no_passphrase)}) {
    if (SSL_CTX_add1_chain_cert(context_, each.get()) != 1) {
      return pem->name + ": a certificate of the chain cannot be used: " + openssl::take_error();
    }
  }
  ERR_clear_error();
  warning_ = validity_warning(first.get(), pem->name);

  const auto key_pem = read_pem(options.key_file, options.key_pem, "the private key", message);
  if (!key_pem) return message;
  std::string passphrase = options.key_passphrase;
  const auto key_source = openssl::read_from(key_pem->text);
  const openssl::Key key(PEM_read_bio_PrivateKey(key_source.get(), nullptr, give_passphrase, &passphrase));
  if (!key) {
    const bool encrypted = key_pem->text.find("ENCRYPTED") != std::string::npos;
    const std::string reason = openssl::take_error();
    if (!encrypted) return key_pem->name + ": there is no PEM private key in it (" + reason + ")";
    return key_pem->name + (passphrase.empty() ? " is encrypted: give its passphrase" : ": the passphrase is wrong");
  }
  if (X509_check_private_key(first.get(), key.get()) != 1) {
    ERR_clear_error();
    return key_pem->name + " does not belong to " + pem->name + ": give the key that the certificate was made with";
  }
  if (SSL_CTX_use_PrivateKey(context_, key.get()) != 1) {
    return key_pem->name + " cannot be used: " + openssl::take_error();
  }
  return {};
}

}  // namespace folio::net
