// HttpPool: a loop's connections to other servers that nobody uses at the moment. The loop's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/client_stream.hpp"
#include "net/loop.hpp"

namespace folio::app {

class HttpPool final : private net::Swept {
 public:
  // Connections of a loop that are kept, to all origins together; a further one takes the place of the oldest.
  static constexpr std::size_t most_idle = 256;

  explicit HttpPool(net::Loop& loop) : loop_(loop) { loop.add_swept(*this); }

  // The connection of that key that was used last, or null. `key` says all that must be equal: origin and TLS options.
  [[nodiscard]] std::shared_ptr<ClientStream> take(std::string_view key);
  // REQUIRES: the answer was read to its end.
  void give(std::string key, std::shared_ptr<ClientStream> stream, std::size_t most_per_key,
            std::chrono::milliseconds keep);

 private:
  struct Idle {
    std::string key;
    std::shared_ptr<ClientStream> stream;
    std::int64_t until;  // nanoseconds of the loop's clock
  };
  [[nodiscard]] bool is_fresh(const Idle& idle) const;
  void sweep(std::uint32_t now) noexcept override;

  net::Loop& loop_;
  std::vector<Idle> idle_;  // the one that was used last at the end
};

}  // namespace folio::app
