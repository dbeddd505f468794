// The media type that a file's name stands for.
#pragma once

#include <string_view>

namespace folio::core {

// By the extension, in any case; application/octet-stream when it is unknown. The view is of a constant.
[[nodiscard]] std::string_view media_type(std::string_view path);

}  // namespace folio::core
