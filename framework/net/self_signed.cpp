#include "net/self_signed.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "net/lookup.hpp"
#include "net/openssl.hpp"

namespace folio::net {

namespace {

void require(bool done) {
  if (done) return;
  std::fprintf(stderr, "error: OpenSSL cannot make a certificate: %s\n", openssl::take_error().c_str());
  std::abort();
}

// RFC 5280 §4.1.2.2: a positive number, unlike that of any other certificate of the same issuer.
void set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  require(RAND_bytes(bytes.data(), bytes.size()) == 1);
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  const std::unique_ptr<BIGNUM, openssl::Free<BN_free>> number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
  require(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void add_extension(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, openssl::Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// RFC 5280 §4.2.1.6: the names, each as what it is.
void add_names(X509* certificate, const std::vector<std::string>& names) {
  const std::unique_ptr<GENERAL_NAMES, openssl::Free<GENERAL_NAMES_free>> list(GENERAL_NAMES_new());
  require(list != nullptr);
  for (const auto& name : names) {
    GENERAL_NAME* entry = GENERAL_NAME_new();
    require(entry != nullptr && sk_GENERAL_NAME_push(list.get(), entry) > 0);
    if (is_numeric(name)) {
      ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
      require(address != nullptr);
      GENERAL_NAME_set0_value(entry, GEN_IPADD, address);
    } else {
      ASN1_IA5STRING* text = ASN1_IA5STRING_new();
      require(text != nullptr && ASN1_STRING_set(text, name.data(), static_cast<int>(name.size())) == 1);
      GENERAL_NAME_set0_value(entry, GEN_DNS, text);
    }
  }
  require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_APPEND) == 1);
}

std::string content_of(BIO* bio) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

SelfSigned make_self_signed(const SelfSignedOptions& options) {
  ERR_clear_error();
  const openssl::Key key(EVP_EC_gen("P-256"));
  const openssl::Certificate certificate(X509_new());
  require(key && certificate);

  require(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_serial(certificate.get());
  const long begins = static_cast<long>(options.begins.count());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), begins);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), begins + static_cast<long>(options.lasts.count()));
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  constexpr std::string_view name = "Folio self-signed";
  require(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(name.data()), name.size(), -1, 0) == 1);
  require(X509_set_issuer_name(certificate.get(), subject) == 1);
  require(X509_set_pubkey(certificate.get(), key.get()) == 1);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
  add_extension(certificate.get(), NID_subject_key_identifier, "hash");
  add_names(certificate.get(), options.names);
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0);

  const openssl::Bio certificate_text(BIO_new(BIO_s_mem()));
  const openssl::Bio key_text(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1);
  require(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {.certificate_pem = content_of(certificate_text.get()), .key_pem = content_of(key_text.get())};
}

}  // namespace folio::net
