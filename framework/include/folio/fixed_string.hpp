// A string literal as a template argument: the "id" of Path<"id", int>.
#pragma once

#include <cstddef>
#include <string_view>

namespace folio {

template <std::size_t Size>
struct FixedString {
  char text[Size];
  consteval FixedString(const char (&literal)[Size]) {  // NOLINT(google-explicit-constructor)
    for (std::size_t i = 0; i < Size; ++i) text[i] = literal[i];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {text, Size - 1}; }
};

}  // namespace folio
