// Random ids for requests and traces: no secrets, but not to be guessed or counted either.
#pragma once

#include <cstdint>
#include <span>

namespace folio::app {

// Fills `digits` with lower-case hexadecimal digits, never all of them zero. Any thread.
void random_hex(std::span<char> digits);

}  // namespace folio::app
