// SHA-1 and SHA-256 of bytes in memory (FIPS 180-4). SHA-1 is here for RFC 6455's accept key, not for security.
// Callable from any thread; they do not fail.
#pragma once

#include <array>
#include <string_view>

namespace folio::crypto {

using Sha1 = std::array<unsigned char, 20>;
using Sha256 = std::array<unsigned char, 32>;

[[nodiscard]] Sha1 sha1(std::string_view bytes);
[[nodiscard]] Sha256 sha256(std::string_view bytes);

}  // namespace folio::crypto
