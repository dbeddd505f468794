#include "crypto/digest.hpp"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>

namespace folio::crypto {
namespace {

// A digest that OpenSSL cannot compute means a broken or hardened installation; nothing built on it could go on.
[[noreturn]] void unavailable(const char* name) {
  std::fprintf(stderr, "error: OpenSSL cannot compute %s: check its configuration (openssl.cnf, FIPS mode)\n", name);
  std::abort();
}

template <class Digest>
Digest digest(std::string_view bytes, const EVP_MD* algorithm, const char* name) {
  Digest result;
  unsigned size = 0;
  if (algorithm == nullptr || EVP_Digest(bytes.data(), bytes.size(), result.data(), &size, algorithm, nullptr) != 1 ||
      size != result.size()) {
    unavailable(name);
  }
  return result;
}

}  // namespace

// Each algorithm is fetched once and kept: a fetch costs more than the digest of a short text.
Sha1 sha1(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return digest<Sha1>(bytes, algorithm, "SHA-1");
}

Sha256 sha256(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  return digest<Sha256>(bytes, algorithm, "SHA-256");
}

}  // namespace folio::crypto
