// What a server tells of the certificate that a client showed.
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "net/openssl.hpp"
#include "net/tls_session.hpp"

namespace folio::net {

namespace {

// RFC 4514, in UTF-8.
std::string text_of(const X509_NAME* name) {
  const openssl::Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) < 0) return {};
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string result(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  // "alice\0.evil.example" would be taken for somebody else by code that ends text at a NUL.
  if (result.find('\0') != std::string::npos) result.clear();
  return result;
}

std::string serial_of(const X509* certificate) {
  const std::unique_ptr<BIGNUM, openssl::Free<BN_free>> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (!number) return {};
  char* text = BN_bn2hex(number.get());
  if (text == nullptr) return {};
  std::string result(text);
  OPENSSL_free(text);
  return result;
}

std::string fingerprint_of(const X509* certificate) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  std::string text;
  for (const unsigned char byte : digest) text.append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  return text;
}

void add_alternative_names(X509* certificate, ClientCertificate& into) {
  const std::unique_ptr<GENERAL_NAMES, openssl::Free<GENERAL_NAMES_free>> list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* each = sk_GENERAL_NAME_value(list.get(), i);
    std::vector<std::string>* const names = each->type == GEN_DNS     ? &into.dns_names
                                            : each->type == GEN_EMAIL ? &into.email_addresses
                                            : each->type == GEN_URI   ? &into.uris
                                                                      : nullptr;
    if (names == nullptr) continue;
    std::string name(reinterpret_cast<const char*>(ASN1_STRING_get0_data(each->d.ia5)),
                     static_cast<std::size_t>(ASN1_STRING_length(each->d.ia5)));
    if (name.find('\0') == std::string::npos) names->push_back(std::move(name));
  }
}

}  // namespace

std::optional<ClientCertificate> TlsSession::client_certificate() const {
  X509* const certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) return std::nullopt;
  ClientCertificate result;
  result.subject = text_of(X509_get_subject_name(certificate));
  result.common_name = common_name(X509_get_subject_name(certificate));
  result.issuer = text_of(X509_get_issuer_name(certificate));
  result.serial = serial_of(certificate);
  result.fingerprint = fingerprint_of(certificate);
  add_alternative_names(certificate, result);
  ERR_clear_error();
  return result;
}

}  // namespace folio::net
