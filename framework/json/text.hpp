// The pieces of JSON text, appended to a string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <folio/json_value.hpp>

namespace folio::json {

// A string in quotes, escaped as RFC 8259 §7 demands and no further. Bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

void append_number(std::string& out, std::int64_t value);
void append_number(std::string& out, std::uint64_t value);

// The shortest form that reads back the same; null for what is no number. A negative zero is "-0.0", so that no reader
// takes it for a whole number.
void append_number(std::string& out, double value);
void append_number(std::string& out, float value);

// With `indent` spaces a level, or on one line; `level` is that of the value itself.
void append_value(std::string& out, const JsonValue& value, int indent = 0, int level = 0);

}  // namespace folio::json
