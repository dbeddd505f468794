// What became of something that was sent without waiting.
#pragma once

#include <cstdint>

namespace folio {

enum class SendResult : std::uint8_t {
  Sent,     // handed to the operating system or to the receiver
  Queued,   // accepted, in line behind what was sent before
  Dropped,  // refused by the limit of the queue: it is not delivered
  Closed,   // there is nobody to receive it any more
};

}  // namespace folio
