#include "crypto/random.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace folio::crypto {

void random_bytes(std::span<unsigned char> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(bytes.size(), INT_MAX);
    if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) {
      std::fputs("error: OpenSSL has no random bytes to give: is the system's generator available?\n", stderr);
      std::abort();
    }
    bytes = bytes.subspan(count);
  }
}

}  // namespace folio::crypto
