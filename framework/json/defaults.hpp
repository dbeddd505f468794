// Which fields of a struct may be missing from the text.
#pragma once

#include <cstddef>

#include <folio/detail/json_types.hpp>

namespace folio::json_detail {

// Whether the field of this index may be missing: it can be empty, or has a default. `value` is the field in an object
// that was value-initialised and has not been read into.
[[nodiscard]] bool may_be_missing(const ReadStruct& type, std::size_t index, const void* value);

bool blank_string(const ReadType&, const void* value);

}  // namespace folio::json_detail
