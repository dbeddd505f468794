// The tables that say how a C++ type is read from JSON and written to it, and the code that walks them. The templates
// of json_tables.hpp fill in the tables, so that a route which uses JSON instantiates little more than data. Not for
// users.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <folio/json_value.hpp>
#include <folio/reflect.hpp>

namespace folio::json_detail {

struct Source;  // a JSON value that is being read
struct ReadType;
struct WriteType;

// ---- tables for reading

using ReadFunction = bool (*)(Source&, const ReadType&, void* to);

struct ReadType {
  ReadFunction read;
  std::uint8_t scalar_size = 0;  // bytes of a scalar; 0 for all else
  // Whether the value is that of a member without a default; null when such a member may be missing.
  bool (*blank)(const ReadType&, const void* value) = nullptr;
};

struct ReadEnum : ReadType {
  const reflect::Enumerators& (*names)();
  const ReadType* number;  // the underlying type's
};
struct ReadNullable : ReadType {  // optional, unique_ptr
  const ReadType* item;
  void* (*emplace)(void* to);
  void (*reset)(void* to);
};
struct ReadList : ReadType {
  const ReadType* item;
  void (*start)(void* list, std::size_t count);
  bool (*append)(void* list, Source&, const ReadType& item);
};
struct ReadMap : ReadType {
  const ReadType* item;
  void (*clear)(void* map);
  void* (*slot)(void* map, std::string_view key);  // null when the key is there already
};
struct ReadArray : ReadType {  // std::array
  const ReadType* item;
  std::size_t count, stride;
};
struct ReadTuple : ReadType {
  const ReadType* const* items;
  std::size_t count;
  void (*addresses)(void* tuple, void** out);
};
struct ReadVariant : ReadType {
  const ReadType* const* items;
  std::size_t count;
  void* (*emplace)(void* variant, std::size_t index);
  const void* (*get)(const void* variant, std::size_t& index);  // the current alternative
};
struct ReadField {
  const char* name;
  std::size_t length;
  const ReadType* type;
};
struct ReadStruct : ReadType {
  const ReadField* fields;
  std::size_t count, size, alignment;
  void (*addresses)(void* object, void** out);
  void (*construct)(void* at);  // without initialising what has no initialiser
  void (*destroy)(void* at);
};

bool read_enum(Source&, const ReadType&, void* to);
bool read_nullable(Source&, const ReadType&, void* to);
bool read_list(Source&, const ReadType&, void* to);
bool read_map(Source&, const ReadType&, void* to);
bool read_array(Source&, const ReadType&, void* to);
bool read_tuple(Source&, const ReadType&, void* to);
bool read_variant(Source&, const ReadType&, void* to);
bool read_struct(Source&, const ReadType&, void* to);

bool blank_scalar(const ReadType&, const void* value);
bool blank_array(const ReadType&, const void* value);
bool blank_tuple(const ReadType&, const void* value);
bool blank_struct(const ReadType&, const void* value);
bool blank_variant(const ReadType&, const void* value);

// ---- tables for writing

using WriteFunction = void (*)(std::string& out, const WriteType&, const void* from);

struct WriteType {
  WriteFunction write;
};

struct WriteEnum : WriteType {
  const reflect::Enumerators& (*names)();
  std::int64_t (*load)(const void* from);
  const WriteType* number;
};
struct WriteNullable : WriteType {
  const WriteType* item;
  const void* (*get)(const void* from);  // null when there is nothing
};
struct WriteItems : WriteType {  // lists and maps
  const WriteType* item;
};
struct WriteArray : WriteType {
  const WriteType* item;
  std::size_t count, stride;
};
struct WriteTuple : WriteType {
  const WriteType* const* items;
  std::size_t count;
  void (*addresses)(void* tuple, void** out);
};
struct WriteVariant : WriteType {
  const WriteType* const* items;
  const void* (*get)(const void* from, std::size_t& index);
};
struct WriteField {
  const char* name;
  std::size_t length;
  const WriteType* type;
};
struct WriteStruct : WriteType {
  const WriteField* fields;
  std::size_t count;
  void (*addresses)(void* object, void** out);
};

void write_enum(std::string& out, const WriteType&, const void* from);
void write_nullable(std::string& out, const WriteType&, const void* from);
void write_array(std::string& out, const WriteType&, const void* from);
void write_tuple(std::string& out, const WriteType&, const void* from);
void write_variant(std::string& out, const WriteType&, const void* from);
void write_struct(std::string& out, const WriteType&, const void* from);
void write_key(std::string& out, std::string_view key, bool first);  // with the comma before it and the colon after

// ---- types that need no template

struct Null;  // what std::monostate and nullptr are written as

template <class T>
struct ScalarTables {
  static const ReadType read;
  static const WriteType write;
};

template <>
const ReadType ScalarTables<bool>::read;
template <>
const WriteType ScalarTables<bool>::write;
template <>
const ReadType ScalarTables<std::int8_t>::read;
template <>
const WriteType ScalarTables<std::int8_t>::write;
template <>
const ReadType ScalarTables<std::int16_t>::read;
template <>
const WriteType ScalarTables<std::int16_t>::write;
template <>
const ReadType ScalarTables<std::int32_t>::read;
template <>
const WriteType ScalarTables<std::int32_t>::write;
template <>
const ReadType ScalarTables<std::int64_t>::read;
template <>
const WriteType ScalarTables<std::int64_t>::write;
template <>
const ReadType ScalarTables<std::uint8_t>::read;
template <>
const WriteType ScalarTables<std::uint8_t>::write;
template <>
const ReadType ScalarTables<std::uint16_t>::read;
template <>
const WriteType ScalarTables<std::uint16_t>::write;
template <>
const ReadType ScalarTables<std::uint32_t>::read;
template <>
const WriteType ScalarTables<std::uint32_t>::write;
template <>
const ReadType ScalarTables<std::uint64_t>::read;
template <>
const WriteType ScalarTables<std::uint64_t>::write;
template <>
const ReadType ScalarTables<float>::read;
template <>
const WriteType ScalarTables<float>::write;
template <>
const ReadType ScalarTables<double>::read;
template <>
const WriteType ScalarTables<double>::write;
template <>
const ReadType ScalarTables<std::string>::read;
template <>
const WriteType ScalarTables<std::string>::write;
template <>
const ReadType ScalarTables<JsonValue>::read;
template <>
const WriteType ScalarTables<JsonValue>::write;
template <>
const ReadType ScalarTables<Null>::read;
template <>
const WriteType ScalarTables<Null>::write;

// Text that is written and cannot be read, for it would dangle.
template <>
const WriteType ScalarTables<std::string_view>::write;
template <>
const WriteType ScalarTables<const char*>::write;

}  // namespace folio::json_detail
