// JsonValue: any JSON value, for what has no fixed shape.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace folio {

struct JsonError;

namespace json_detail {
struct ValueBuilder;
}
// One JSON value: null, a boolean, a number, a string, an array or an object whose members keep their order.
//
//     JsonValue answer = {{"error", "not found"}, {"tried", JsonValue::array({"a", "b"})}, {"user", {{"id", 7}}}};
//     if (answer["user"]["id"].as_int64() == 7) …
//
// Braces of pairs make an object; an array is made by JsonValue::array. Reading is total: what is not there reads as
// null, and a value of another kind as the default that `as_…` is given. An object is looked through in order, so a
// lookup costs its size. A plain value: copies are deep, and it is not shared between threads by itself.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { Null, Boolean, Int64, Uint64, Double, String, Array, Object };
  struct Member;

  JsonValue() noexcept : kind_(Kind::Null), int64_(0) {}
  JsonValue(std::nullptr_t) noexcept : JsonValue() {}  // NOLINT(google-explicit-constructor)
  template <std::same_as<bool> B>
  JsonValue(B value) noexcept : kind_(Kind::Boolean), boolean_(value) {}  // NOLINT(google-explicit-constructor)
  template <std::signed_integral I>
    requires(!std::same_as<I, char> && !std::same_as<I, wchar_t>)
  JsonValue(I value) noexcept : kind_(Kind::Int64), int64_(value) {}  // NOLINT(google-explicit-constructor)
  template <std::unsigned_integral I>
    requires(!std::same_as<I, bool> && !std::same_as<I, char> && !std::same_as<I, char8_t> &&
             !std::same_as<I, char16_t> && !std::same_as<I, char32_t>)
  JsonValue(I value) noexcept : JsonValue() {  // NOLINT(google-explicit-constructor)
    set_unsigned(value);
  }
  template <std::floating_point F>
  JsonValue(F value) noexcept : kind_(Kind::Double), double_(static_cast<double>(value)) {}  // NOLINT
  JsonValue(const char* text);                                                               // NOLINT
  JsonValue(std::string_view text);                                                          // NOLINT
  JsonValue(std::string text) noexcept;                                                      // NOLINT
  JsonValue(std::vector<JsonValue> items) noexcept;                                          // NOLINT
  JsonValue(std::initializer_list<Member> members);  // NOLINT: the last of several members of one name counts

  JsonValue(const JsonValue& other);
  JsonValue(JsonValue&& other) noexcept;
  JsonValue& operator=(const JsonValue& other);
  JsonValue& operator=(JsonValue&& other) noexcept;
  ~JsonValue();

  static JsonValue array(std::initializer_list<JsonValue> items = {});
  static JsonValue object(std::initializer_list<Member> members = {});

  // The value that `text` holds, or nothing and the reason in `error`.
  [[nodiscard]] static std::optional<JsonValue> parse(std::string_view text, JsonError* error = nullptr);

  // The value as JSON: on one line, or with `indent` spaces a level.
  [[nodiscard]] std::string dump(int indent = 0) const;

  // A whole number is Int64 when it fits, else Uint64; one that fits neither is a Double.
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_null() const noexcept { return kind_ == Kind::Null; }
  [[nodiscard]] bool is_bool() const noexcept { return kind_ == Kind::Boolean; }
  [[nodiscard]] bool is_number() const noexcept { return kind_ >= Kind::Int64 && kind_ <= Kind::Double; }
  [[nodiscard]] bool is_string() const noexcept { return kind_ == Kind::String; }
  [[nodiscard]] bool is_array() const noexcept { return kind_ == Kind::Array; }
  [[nodiscard]] bool is_object() const noexcept { return kind_ == Kind::Object; }

  // The value when it is of this kind, else `otherwise`. Numbers convert when nothing is lost; as_double may round.
  [[nodiscard]] bool as_bool(bool otherwise = false) const noexcept;
  [[nodiscard]] std::int64_t as_int64(std::int64_t otherwise = 0) const noexcept;
  [[nodiscard]] std::uint64_t as_uint64(std::uint64_t otherwise = 0) const noexcept;
  [[nodiscard]] double as_double(double otherwise = 0) const noexcept;
  [[nodiscard]] std::string_view as_string(std::string_view otherwise = {}) const noexcept;

  // How many items or members; 0 for all but arrays and objects.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  // The items of an array, the members of an object; empty for all else.
  [[nodiscard]] const std::vector<JsonValue>& items() const noexcept;
  [[nodiscard]] const std::vector<Member>& members() const noexcept;

  // The member of this name, or null (the pointer) when there is none.
  [[nodiscard]] const JsonValue* find(std::string_view key) const noexcept;
  [[nodiscard]] JsonValue* find(std::string_view key) noexcept;
  [[nodiscard]] bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }

  // The member or item, or a null value when there is none.
  [[nodiscard]] const JsonValue& operator[](std::string_view key) const noexcept;
  [[nodiscard]] const JsonValue& operator[](std::size_t index) const noexcept;

  // Puts a member, in the place of one of the same name if there is one. What is no object becomes an empty one first.
  JsonValue& set(std::string key, JsonValue value);
  // Appends an item. What is no array becomes an empty one first.
  JsonValue& push_back(JsonValue item);
  // Removes a member; false when there was none.
  bool erase(std::string_view key);

  // Numbers are equal by value, whatever their kind; objects when they hold equal members in any order.
  friend bool operator==(const JsonValue& a, const JsonValue& b) noexcept { return equal(a, b); }

 private:
  friend struct json_detail::ValueBuilder;

  void set_unsigned(std::uint64_t value) noexcept;
  void destroy() noexcept;
  static bool equal(const JsonValue& a, const JsonValue& b) noexcept;

  Kind kind_;
  union {
    bool boolean_;
    std::int64_t int64_;
    std::uint64_t uint64_;
    double double_;
    std::string string_;
    std::vector<JsonValue> array_;
    std::vector<Member> object_;
  };
};

struct JsonValue::Member {
  std::string name;
  JsonValue value;
};

}  // namespace folio
