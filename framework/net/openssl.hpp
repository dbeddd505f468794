// What the files of net/ that see OpenSSL share: owners for its objects, and its errors as text. Internal.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "net/tls_context.hpp"

namespace folio::net::openssl {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

// RFC 7301 §3.1: a list of names, each behind its length.
inline constexpr std::array<unsigned char, 9> alpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// What all contexts have, whatever they are for.
[[nodiscard]] Context make_context(TlsRole role);

// A BIO that reads `text`, which must outlive it.
[[nodiscard]] Bio read_from(std::string_view text);

// What went wrong, in OpenSSL's words, by the first entry of this thread's error queue, which is then empty.
[[nodiscard]] std::string take_error();

}  // namespace folio::net::openssl
