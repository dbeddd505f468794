// Turning a piece of text (a path segment, a query value, a field) into the type that a handler asked for.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace folio::detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

// A type of one's own takes part by a function `bool from_text(std::string_view, T&)` beside it.
template <class T>
concept FromText = requires(std::string_view text, T& value) {
  { from_text(text, value) } -> std::convertible_to<bool>;
};

template <class T>
concept TextValue = std::same_as<T, std::string> || std::same_as<T, std::string_view> || std::same_as<T, bool> ||
                    std::integral<T> || std::floating_point<T> || FromText<T>;

template <class T>
inline constexpr bool HasTextForm = TextValue<T>;
template <class T>
inline constexpr bool HasTextForm<std::optional<T>> = HasTextForm<T>;

// Empty when `text` is a T, which is then in `value`; otherwise what it is not: "not a number".
template <TextValue T>
std::string_view parse_text(std::string_view text, T& value) {
  if constexpr (FromText<T>) {
    return from_text(text, value) ? std::string_view{} : std::string_view{"not in the expected form"};
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
    value = T(text);
    return {};
  } else if constexpr (std::same_as<T, bool>) {
    if (text.empty() || text == "true" || text == "1" || text == "on" || text == "yes") return value = true, std::string_view{};
    if (text == "false" || text == "0" || text == "off" || text == "no") return value = false, std::string_view{};
    return "not true or false";
  } else if constexpr (std::same_as<T, char>) {
    if (text.size() != 1) return "not a single character";
    value = text[0];
    return {};
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) return "out of range";
    if (error != std::errc() || end != text.data() + text.size()) {
      if constexpr (std::unsigned_integral<T>) {
        if (text.size() > 1 && text[0] == '-' && text.find_first_not_of("0123456789", 1) == std::string_view::npos) {
          return "must not be negative";
        }
      }
      return "not a number";
    }
    return {};
  }
}

}  // namespace folio::detail
