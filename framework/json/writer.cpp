// Walks the tables of <folio/detail/json_types.hpp> to write a C++ value as JSON.
#include <memory>

#include <folio/json.hpp>

#include "json/text.hpp"

namespace folio::json_detail {
namespace {

void write_bool(std::string& out, const WriteType&, const void* from) {
  out.append(*static_cast<const bool*>(from) ? "true" : "false");
}
void write_string(std::string& out, const WriteType&, const void* from) {
  json::append_string(out, *static_cast<const std::string*>(from));
}
void write_view(std::string& out, const WriteType&, const void* from) {
  json::append_string(out, *static_cast<const std::string_view*>(from));
}
void write_null(std::string& out, const WriteType&, const void*) {
  out.append("null");
}
void write_c_string(std::string& out, const WriteType& type, const void* from) {
  const char* text = *static_cast<const char* const*>(from);
  if (text == nullptr) return write_null(out, type, from);
  json::append_string(out, text);
}
void write_value(std::string& out, const WriteType&, const void* from) {
  json::append_value(out, *static_cast<const JsonValue*>(from));
}

template <class I>
void write_integer(std::string& out, const WriteType&, const void* from) {
  using Wide = std::conditional_t<std::is_signed_v<I>, std::int64_t, std::uint64_t>;
  json::append_number(out, static_cast<Wide>(*static_cast<const I*>(from)));
}
template <class F>
void write_floating(std::string& out, const WriteType&, const void* from) {
  json::append_number(out, *static_cast<const F*>(from));
}

void write_item(std::string& out, const WriteType& type, const void* from) {
  type.write(out, type, from);
}

}  // namespace

void write_key(std::string& out, std::string_view key, bool first) {
  out.push_back(first ? '{' : ',');
  json::append_string(out, key);
  out.push_back(':');
}

void write_enum(std::string& out, const WriteType& base, const void* from) {
  const auto& type = static_cast<const WriteEnum&>(base);
  const reflect::Enumerator* found = type.names().find(type.load(from));
  if (found == nullptr) return write_item(out, *type.number, from);
  json::append_string(out, found->name);
}

void write_nullable(std::string& out, const WriteType& base, const void* from) {
  const auto& type = static_cast<const WriteNullable&>(base);
  const void* item = type.get(from);
  if (item == nullptr) {
    out.append("null");
  } else {
    write_item(out, *type.item, item);
  }
}

void write_array(std::string& out, const WriteType& base, const void* from) {
  const auto& type = static_cast<const WriteArray&>(base);
  out.push_back('[');
  for (std::size_t i = 0; i < type.count; ++i) {
    if (i > 0) out.push_back(',');
    write_item(out, *type.item, static_cast<const char*>(from) + i * type.stride);
  }
  out.push_back(']');
}

void write_tuple(std::string& out, const WriteType& base, const void* from) {
  const auto& type = static_cast<const WriteTuple&>(base);
  const auto addresses = std::make_unique<void*[]>(type.count);
  type.addresses(const_cast<void*>(from), addresses.get());
  out.push_back('[');
  for (std::size_t i = 0; i < type.count; ++i) {
    if (i > 0) out.push_back(',');
    write_item(out, *type.items[i], addresses[i]);
  }
  out.push_back(']');
}

void write_variant(std::string& out, const WriteType& base, const void* from) {
  const auto& type = static_cast<const WriteVariant&>(base);
  std::size_t index = 0;
  const void* item = type.get(from, index);
  if (item == nullptr) {
    out.append("null");  // valueless by exception
  } else {
    write_item(out, *type.items[index], item);
  }
}

void write_struct(std::string& out, const WriteType& base, const void* from) {
  const auto& type = static_cast<const WriteStruct&>(base);
  void* addresses[reflect::max_members];
  type.addresses(const_cast<void*>(from), addresses);
  char before = '{';
  for (std::size_t i = 0; i < type.count; ++i) {
    const WriteField& field = type.fields[i];
    out.push_back(before);
    out.push_back('"');
    out.append(field.name, field.length);  // an identifier: nothing to escape
    out.append("\":", 2);
    write_item(out, *field.type, addresses[i]);
    before = ',';
  }
  out.append(before == '{' ? "{}" : "}");
}

template <>
const WriteType ScalarTables<bool>::write = {&write_bool};
template <>
const WriteType ScalarTables<std::string>::write = {&write_string};
template <>
const WriteType ScalarTables<std::string_view>::write = {&write_view};
template <>
const WriteType ScalarTables<const char*>::write = {&write_c_string};
template <>
const WriteType ScalarTables<JsonValue>::write = {&write_value};
template <>
const WriteType ScalarTables<Null>::write = {&write_null};
template <>
const WriteType ScalarTables<std::int8_t>::write = {&write_integer<std::int8_t>};
template <>
const WriteType ScalarTables<std::int16_t>::write = {&write_integer<std::int16_t>};
template <>
const WriteType ScalarTables<std::int32_t>::write = {&write_integer<std::int32_t>};
template <>
const WriteType ScalarTables<std::int64_t>::write = {&write_integer<std::int64_t>};
template <>
const WriteType ScalarTables<std::uint8_t>::write = {&write_integer<std::uint8_t>};
template <>
const WriteType ScalarTables<std::uint16_t>::write = {&write_integer<std::uint16_t>};
template <>
const WriteType ScalarTables<std::uint32_t>::write = {&write_integer<std::uint32_t>};
template <>
const WriteType ScalarTables<std::uint64_t>::write = {&write_integer<std::uint64_t>};
template <>
const WriteType ScalarTables<float>::write = {&write_floating<float>};
template <>
const WriteType ScalarTables<double>::write = {&write_floating<double>};

}  // namespace folio::json_detail
