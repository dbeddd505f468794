// A blocking client that speaks TLS by OpenSSL itself, and certificates for clients.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app/test_server.hpp"
#include "net/self_signed.hpp"

namespace folio::test {

// A certificate for clients that vouches for itself: its own text is the authority's.
inline net::SelfSigned make_client_identity(const std::string& common_name, const char* alternative_names) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 0xabc);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [&](int id, std::string_view text) {
    X509_NAME_add_entry_by_NID(name, id, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  };
  add(NID_organizationName, "Example");
  add(NID_commonName, common_name);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  for (const auto& [id, value] : {std::pair{NID_ext_key_usage, "clientAuth"},
                                  std::pair{NID_subject_alt_name, alternative_names}}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate, key, EVP_sha256());
  const auto text_of = [](const auto& write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    const char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  };
  net::SelfSigned made{
      .certificate_pem = text_of([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); }),
      .key_pem = text_of([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); })};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

class TlsClient {
 public:
  struct Options {
    std::string host = "localhost";  // SNI; empty: none
    std::string before;              // bytes in clear before the handshake
    int max_version = 0;
    SSL_SESSION* session = nullptr;
    std::string alpn = std::string("\x08http/1.1");
    const net::SelfSigned* identity = nullptr;
    bool wants_ocsp = false;
  };

  TlsClient(std::uint16_t port, const Options& options) : wire(port), context_(SSL_CTX_new(TLS_client_method())) {
    if (options.max_version != 0) SSL_CTX_set_max_proto_version(context_, options.max_version);
    if (options.max_version != 0 && options.max_version < TLS1_2_VERSION) {
      SSL_CTX_set_min_proto_version(context_, options.max_version);
      SSL_CTX_set_cipher_list(context_, "ALL:@SECLEVEL=0");
    }
    if (options.identity != nullptr) {
      BIO* bio = BIO_new_mem_buf(options.identity->certificate_pem.data(), -1);
      X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
      SSL_CTX_use_certificate(context_, certificate);
      X509_free(certificate);
      BIO_free(bio);
      bio = BIO_new_mem_buf(options.identity->key_pem.data(), -1);
      EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
      SSL_CTX_use_PrivateKey(context_, key);
      EVP_PKEY_free(key);
      BIO_free(bio);
    }
    ssl = SSL_new(context_);
    SSL_set_fd(ssl, wire.fd());
    if (!options.host.empty()) SSL_set_tlsext_host_name(ssl, options.host.c_str());
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(options.alpn.data()),
                        static_cast<unsigned>(options.alpn.size()));
    if (options.session != nullptr) {
      // A copy: OpenSSL resumes none whose connection has ended without a goodbye.
      SSL_SESSION* copy = SSL_SESSION_dup(options.session);
      SSL_set_session(ssl, copy);
      SSL_SESSION_free(copy);
    }
    if (options.wants_ocsp) SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
    if (!options.before.empty()) wire.send(options.before);
    if (SSL_connect(ssl) != 1) {
      note_error();
    } else {
      open = true;
    }
  }
  explicit TlsClient(std::uint16_t port) : TlsClient(port, Options()) {}
  ~TlsClient() {
    SSL_free(ssl);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // The answer to a request on this connection; status 0 when there is none.
  Answer get(const std::string& path, const std::string& fields = {}) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
  }
  Answer ask(const std::string& request) {
    if (open && SSL_write(ssl, request.data(), static_cast<int>(request.size())) <= 0) note_error();
    Answer answer;
    std::size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return answer;
    }
    answer.head = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::string length = answer.field("Content-Length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (received_.size() < size && more()) {
    }
    answer.body = received_.substr(0, size);
    received_.erase(0, size);
    return answer;
  }
  // The names in the certificate that the server showed: the first.
  [[nodiscard]] std::string shown_name() const {
    X509* certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr) return {};
    auto* names =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    const ASN1_STRING* first = sk_GENERAL_NAME_value(names, 0)->d.ia5;
    std::string name(reinterpret_cast<const char*>(ASN1_STRING_get0_data(first)),
                     static_cast<std::size_t>(ASN1_STRING_length(first)));
    GENERAL_NAMES_free(names);
    return name;
  }
  [[nodiscard]] bool resumed() const { return SSL_session_reused(ssl) == 1; }
  // A session to resume, to be freed. TLS 1.3 gives it with the first answer.
  [[nodiscard]] SSL_SESSION* session() const { return SSL_SESSION_dup(SSL_get0_session(ssl)); }
  // Whether the server ends the connection, without an answer.
  bool ends() {
    while (more()) {
    }
    return received_.empty();
  }

  Client wire;
  SSL* ssl = nullptr;
  bool open = false;
  std::string error;

 private:
  bool more() {
    if (!open) return false;
    char chunk[16384];
    const int got = SSL_read(ssl, chunk, sizeof(chunk));
    if (got <= 0) {
      note_error();
      return false;
    }
    received_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }
  void note_error() {
    open = false;
    const unsigned long code = ERR_get_error();
    if (error.empty()) error = code == 0 ? "closed" : ERR_reason_error_string(code);
    ERR_clear_error();
  }

  SSL_CTX* context_;
  std::string received_;
};

}  // namespace folio::test
