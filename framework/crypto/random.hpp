// Unpredictable bytes from the operating system's generator by way of OpenSSL. Callable from any thread.
#pragma once

#include <span>

namespace folio::crypto {

// Fills `bytes`. Ends the process when there is no randomness to be had: nothing safe could follow.
void random_bytes(std::span<unsigned char> bytes);

}  // namespace folio::crypto
