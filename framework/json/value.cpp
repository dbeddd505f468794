#include <folio/json_value.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include <folio/json.hpp>

#include "json/text.hpp"

namespace folio {
namespace {

const JsonValue& null_value() {
  static const JsonValue null;
  return null;
}

void break_line(std::string& out, int indent, int level) {
  if (indent <= 0) return;
  out.push_back('\n');
  out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(level), ' ');
}

// The double as a whole number of type I, when it is one.
template <class I>
std::optional<I> whole(double value) {
  // The bounds are powers of two, and so exact: -2^63 and 2^63, or 0 and 2^64.
  const double above = std::ldexp(1.0, std::numeric_limits<I>::digits);
  const double lowest = std::is_signed_v<I> ? -above : 0.0;
  if (!(value >= lowest && value < above) || value != std::trunc(value)) return std::nullopt;
  return static_cast<I>(value);
}

}  // namespace

namespace json {

void append_value(std::string& out, const JsonValue& value, int indent, int level) {
  switch (value.kind()) {
    case JsonValue::Kind::Null:
      out.append("null");
      return;
    case JsonValue::Kind::Boolean:
      out.append(value.as_bool() ? "true" : "false");
      return;
    case JsonValue::Kind::Int64:
      json::append_number(out, value.as_int64());
      return;
    case JsonValue::Kind::Uint64:
      json::append_number(out, value.as_uint64());
      return;
    case JsonValue::Kind::Double:
      json::append_number(out, value.as_double());
      return;
    case JsonValue::Kind::String:
      json::append_string(out, value.as_string());
      return;
    case JsonValue::Kind::Array: {
      char before = '[';
      for (const JsonValue& item : value.items()) {
        out.push_back(before);
        break_line(out, indent, level + 1);
        append_value(out, item, indent, level + 1);
        before = ',';
      }
      if (before == '[') out.push_back('[');
      if (before == ',') break_line(out, indent, level);
      out.push_back(']');
      return;
    }
    case JsonValue::Kind::Object: {
      char before = '{';
      for (const JsonValue::Member& member : value.members()) {
        out.push_back(before);
        break_line(out, indent, level + 1);
        json::append_string(out, member.name);
        out.append(indent > 0 ? ": " : ":");
        append_value(out, member.value, indent, level + 1);
        before = ',';
      }
      if (before == '{') out.push_back('{');
      if (before == ',') break_line(out, indent, level);
      out.push_back('}');
      return;
    }
  }
}

}  // namespace json

JsonValue::JsonValue(const char* text) : JsonValue() {
  if (text != nullptr) *this = JsonValue(std::string(text));
}
JsonValue::JsonValue(std::string_view text) : JsonValue(std::string(text)) {}
JsonValue::JsonValue(std::string text) noexcept : kind_(Kind::String), string_(std::move(text)) {}
JsonValue::JsonValue(std::vector<JsonValue> items) noexcept : kind_(Kind::Array), array_(std::move(items)) {}
JsonValue::JsonValue(std::initializer_list<Member> members) : kind_(Kind::Object), object_() {
  object_.reserve(members.size());
  for (const Member& member : members) set(member.name, member.value);
}

JsonValue::JsonValue(const JsonValue& other) : JsonValue() {
  switch (other.kind_) {
    case Kind::String:
      std::construct_at(&string_, other.string_);
      break;
    case Kind::Array:
      std::construct_at(&array_, other.array_);
      break;
    case Kind::Object:
      std::construct_at(&object_, other.object_);
      break;
    case Kind::Double:
      double_ = other.double_;
      break;
    case Kind::Boolean:
      boolean_ = other.boolean_;
      break;
    default:
      uint64_ = other.uint64_;
  }
  kind_ = other.kind_;
}

JsonValue::JsonValue(JsonValue&& other) noexcept : JsonValue() {
  switch (other.kind_) {
    case Kind::String:
      std::construct_at(&string_, std::move(other.string_));
      break;
    case Kind::Array:
      std::construct_at(&array_, std::move(other.array_));
      break;
    case Kind::Object:
      std::construct_at(&object_, std::move(other.object_));
      break;
    case Kind::Double:
      double_ = other.double_;
      break;
    case Kind::Boolean:
      boolean_ = other.boolean_;
      break;
    default:
      uint64_ = other.uint64_;
  }
  kind_ = other.kind_;
}

JsonValue& JsonValue::operator=(const JsonValue& other) {
  if (this != &other) *this = JsonValue(other);
  return *this;
}

// `other` may be a part of this value, so it is taken out before this one is destroyed.
JsonValue& JsonValue::operator=(JsonValue&& other) noexcept {
  if (this == &other) return *this;
  JsonValue taken(std::move(other));
  destroy();
  std::construct_at(this, std::move(taken));
  return *this;
}

JsonValue::~JsonValue() {
  destroy();
}

void JsonValue::destroy() noexcept {
  if (kind_ == Kind::String) std::destroy_at(&string_);
  if (kind_ == Kind::Array) std::destroy_at(&array_);
  if (kind_ == Kind::Object) std::destroy_at(&object_);
}

void JsonValue::set_unsigned(std::uint64_t value) noexcept {
  if (std::in_range<std::int64_t>(value)) {
    kind_ = Kind::Int64;
    int64_ = static_cast<std::int64_t>(value);
  } else {
    kind_ = Kind::Uint64;
    uint64_ = value;
  }
}

JsonValue JsonValue::array(std::initializer_list<JsonValue> items) {
  return std::vector<JsonValue>(items);
}
JsonValue JsonValue::object(std::initializer_list<Member> members) {
  return JsonValue(members);
}

std::optional<JsonValue> JsonValue::parse(std::string_view text, JsonError* error) {
  JsonValue value;
  JsonError ignored;
  if (!read_json(text, value, error != nullptr ? *error : ignored)) return std::nullopt;
  return value;
}

std::string JsonValue::dump(int indent) const {
  std::string out;
  json::append_value(out, *this, indent);
  return out;
}

bool JsonValue::as_bool(bool otherwise) const noexcept {
  return is_bool() ? boolean_ : otherwise;
}

std::int64_t JsonValue::as_int64(std::int64_t otherwise) const noexcept {
  if (kind_ == Kind::Int64) return int64_;
  if (kind_ == Kind::Double) return whole<std::int64_t>(double_).value_or(otherwise);
  return otherwise;
}

std::uint64_t JsonValue::as_uint64(std::uint64_t otherwise) const noexcept {
  if (kind_ == Kind::Uint64) return uint64_;
  if (kind_ == Kind::Int64 && int64_ >= 0) return static_cast<std::uint64_t>(int64_);
  if (kind_ == Kind::Double) return whole<std::uint64_t>(double_).value_or(otherwise);
  return otherwise;
}

double JsonValue::as_double(double otherwise) const noexcept {
  if (kind_ == Kind::Double) return double_;
  if (kind_ == Kind::Int64) return static_cast<double>(int64_);
  if (kind_ == Kind::Uint64) return static_cast<double>(uint64_);
  return otherwise;
}

std::string_view JsonValue::as_string(std::string_view otherwise) const noexcept {
  return is_string() ? std::string_view(string_) : otherwise;
}

std::size_t JsonValue::size() const noexcept {
  return items().size() + members().size();
}

const std::vector<JsonValue>& JsonValue::items() const noexcept {
  static const std::vector<JsonValue> none;
  return is_array() ? array_ : none;
}

const std::vector<JsonValue::Member>& JsonValue::members() const noexcept {
  static const std::vector<Member> none;
  return is_object() ? object_ : none;
}

const JsonValue* JsonValue::find(std::string_view key) const noexcept {
  for (const Member& member : members()) {
    if (member.name == key) return &member.value;
  }
  return nullptr;
}

JsonValue* JsonValue::find(std::string_view key) noexcept {
  return const_cast<JsonValue*>(std::as_const(*this).find(key));
}

const JsonValue& JsonValue::operator[](std::string_view key) const noexcept {
  const JsonValue* found = find(key);
  return found != nullptr ? *found : null_value();
}

const JsonValue& JsonValue::operator[](std::size_t index) const noexcept {
  return index < items().size() ? items()[index] : null_value();
}

JsonValue& JsonValue::set(std::string key, JsonValue value) {
  if (!is_object()) *this = object();
  if (JsonValue* found = find(key)) {
    *found = std::move(value);
  } else {
    object_.push_back(Member{std::move(key), std::move(value)});
  }
  return *this;
}

JsonValue& JsonValue::push_back(JsonValue item) {
  if (!is_array()) *this = array();
  array_.push_back(std::move(item));
  return *this;
}

bool JsonValue::erase(std::string_view key) {
  return is_object() && std::erase_if(object_, [&](const Member& member) { return member.name == key; }) > 0;
}

bool JsonValue::equal(const JsonValue& a, const JsonValue& b) noexcept {
  if (a.is_number() && b.is_number()) {
    if (a.kind_ == Kind::Double && b.kind_ == Kind::Double) return a.double_ == b.double_;
    if (a.kind_ == Kind::Double) return equal(b, a);
    if (b.kind_ != Kind::Double) return a.kind_ == b.kind_ && a.uint64_ == b.uint64_;
    return a.kind_ == Kind::Int64 ? whole<std::int64_t>(b.double_) == a.int64_
                                  : whole<std::uint64_t>(b.double_) == a.uint64_;
  }
  if (a.kind_ != b.kind_) return false;
  switch (a.kind_) {
    case Kind::Boolean:
      return a.boolean_ == b.boolean_;
    case Kind::String:
      return a.string_ == b.string_;
    case Kind::Array:
      return a.array_ == b.array_;
    case Kind::Object:
      if (a.object_.size() != b.object_.size()) return false;
      for (const Member& member : a.object_) {
        const JsonValue* other = b.find(member.name);
        if (other == nullptr || !equal(member.value, *other)) return false;
      }
      return true;
    default:
      return true;
  }
}

}  // namespace folio
