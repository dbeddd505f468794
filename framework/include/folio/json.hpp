// JSON for plain structs, without a macro:
//
//     struct User { std::uint64_t id; std::string name; std::optional<std::string> email; };
//
//     Json<User> POST(Json<User> body) { return *body; }           // in a route
//
//     User user;
//     JsonError error;
//     if (!read_json(text, user, error)) return error.message;     // by hand
//     std::string text = to_json(user);
//
// | C++                                                        | JSON                                                 |
// |------------------------------------------------------------|------------------------------------------------------|
// | plain aggregate (of aggregates …)                          | object; `class_` is named "class"                    |
// | bool; integers of 8 to 64 bits; float, double              | true, false; number, exact or refused                |
// | std::string; std::string_view and const char* (write only) | string                                               |
// | enum                                                       | string: the enumerator's name (number when it has no |
// |                                                            | enumerators)                                         |
// | std::optional, std::unique_ptr, std::shared_ptr            | the value, or null                                   |
// | std::vector, deque, list, set …                            | array                                                |
// | std::array, std::pair, std::tuple                          | array of just as many                                |
// | std::map, unordered_map … with std::string keys            | object                                               |
// | std::variant                                               | the first alternative that fits; monostate is null   |
// | JsonValue                                                  | anything                                             |
//
// Reading is strict RFC 8259: valid UTF-8 without a byte order mark, no comments, nothing behind the value, at most
// `max_json_depth` levels. Beyond it:
// - Members that the struct does not have are passed over.
// - A member given twice is refused, where it is read into a struct, map or JsonValue.
// - A field may be missing when it is an optional, a smart pointer, a container or a JsonValue, or has a default in its
//   struct: `int page = 1;`, `bool done = false;`. (A std::string or nested struct whose default equals an empty one
//   cannot be told from one without: make it an optional, or send it.) It then keeps its default.
// - null is refused except for what can be null in the table.
//
// Writing always gives valid JSON: NaN and infinities become null, invalid UTF-8 in strings becomes U+FFFD, a double is
// its shortest form that reads back the same, an empty optional is written as null. Escaped are quotes, backslashes and
// control characters; `/`, `<`, U+2028 and U+2029 are not: put no JSON into a <script> element without replacing `<` by
// its escape \u003c first.
//
// All functions can be called from any thread; none keeps a view of its arguments.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <folio/detail/json_tables.hpp>
#include <folio/json_value.hpp>

namespace folio {

// Levels of arrays and objects in a text that is read: far above real data, far below what fills a stack.
inline constexpr std::size_t max_json_depth = 64;

// Why a text was refused, and where. Lines and columns count from 1, columns in bytes; the offset from 0.
struct JsonError {
  std::string message;  // whole: "Invalid JSON at line 1 column 12: field 'age': expected a number"
  std::size_t line = 0;
  std::size_t column = 0;
  std::size_t offset = 0;
  std::string path;  // of the field, such as "items[3].name"; empty when the error is of no field
};

// A T that is, or is to be, JSON: as a handler's parameter the request's body, as its result the response's.
template <class T>
class Json {
 public:
  using value_type = T;

  Json() = default;
  Json(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  // `Json<JsonValue> GET() { return {{"status", "ok"}}; }`
  Json(std::initializer_list<JsonValue::Member> members)
    requires std::is_same_v<T, JsonValue>
      : value_(members) {}

  T& operator*() & { return value_; }
  const T& operator*() const& { return value_; }
  T&& operator*() && { return std::move(value_); }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }

 private:
  T value_{};
};

namespace json_detail {

bool read_document(std::string_view text, const ReadType& type, void* to, JsonError& error);

}  // namespace json_detail

// Reads the JSON value that `text` holds. False when it is none or does not fit: `error` then says why, and `out` is as
// it was.
template <class T>
[[nodiscard]] bool read_json(std::string_view text, T& out, JsonError& error) {
  T fresh{};
  if (!json_detail::read_document(text, json_detail::ReaderOf<T>::read, &fresh, error)) return false;
  out = std::move(fresh);
  return true;
}

// Appends `value` as JSON, on one line without spaces.
template <class T>
void append_json(std::string& out, const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    const std::string_view text = value;
    constexpr const json_detail::WriteType& type = json_detail::ScalarTables<std::string_view>::write;
    type.write(out, type, &text);
  } else {
    constexpr const json_detail::WriteType& type = json_detail::WriterOf<T>::write;
    type.write(out, type, &value);
  }
}

template <class T>
[[nodiscard]] std::string to_json(const T& value) {
  std::string out;
  append_json(out, value);
  return out;
}

// For braces: `to_json({{"error", "not found"}})`.
[[nodiscard]] inline std::string to_json(const JsonValue& value) {
  return value.dump();
}

// Anything that can be written as JSON, as a JsonValue: `{{"users", to_json_value(users)}}`.
template <class T>
[[nodiscard]] JsonValue to_json_value(const T& value) {
  return JsonValue::parse(to_json(value)).value_or(JsonValue());
}

}  // namespace folio
