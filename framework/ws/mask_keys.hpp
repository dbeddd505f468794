// The keys that a client masks its frames with: unpredictable, drawn in batches.
#pragma once

#include <array>
#include <cstddef>

#include "crypto/random.hpp"
#include "ws/mask.hpp"

namespace folio::ws {

// RFC 6455 §5.3: "The masking key needs to be unpredictable; thus, the masking key MUST be derived from a strong source
// of entropy, and the masking key for a given frame MUST NOT make it simple for a server/proxy to predict the masking
// key for a subsequent frame."
class MaskKeys {
 public:
  [[nodiscard]] MaskKey next() {
    if (used_ == keys_.size()) {
      crypto::random_bytes({reinterpret_cast<unsigned char*>(keys_.data()), sizeof keys_});
      used_ = 0;
    }
    return keys_[used_++];
  }

 private:
  std::array<MaskKey, 64> keys_;
  std::size_t used_ = std::tuple_size_v<decltype(keys_)>;
};

}  // namespace folio::ws
