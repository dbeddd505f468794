#include "app/random_id.hpp"

#include <array>
#include <cstddef>

#include "crypto/random.hpp"

namespace folio::app {

namespace {

// Drawn in batches, so that an id costs no call of the generator.
class Pool {
 public:
  unsigned char next() {
    if (used_ == bytes_.size()) {
      crypto::random_bytes(bytes_);
      used_ = 0;
    }
    return bytes_[used_++];
  }

 private:
  std::array<unsigned char, 1024> bytes_{};
  std::size_t used_ = bytes_.size();
};

}  // namespace

void random_hex(std::span<char> digits) {
  thread_local Pool pool;
  constexpr char names[] = "0123456789abcdef";
  bool zero = true;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const unsigned char byte = pool.next();
    zero = zero && byte == 0;
    digits[i] = names[byte >> 4];
    if (i + 1 < digits.size()) digits[i + 1] = names[byte & 15];
  }
  if (zero && !digits.empty()) digits.back() = '1';
}

}  // namespace folio::app
