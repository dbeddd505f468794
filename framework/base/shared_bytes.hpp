// Bytes that never change once made, shared by all who hold them, from any thread: one broadcast frame for a whole room.
#pragma once

#include <memory>
#include <string>

namespace folio::base {

using SharedBytes = std::shared_ptr<const std::string>;

}  // namespace folio::base
