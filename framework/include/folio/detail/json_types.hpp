// How a C++ type is read from JSON and written to it: constant tables that the code behind <folio/json.hpp> walks, so
// that a route which uses JSON instantiates little more than data. Not for users.
//
// A type is recognised by what it can do, not by its name, so that no container's header is needed here.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <folio/json_value.hpp>
#include <folio/reflect.hpp>

namespace folio::json_detail {

struct Source;  // a JSON value that is being read
struct ReadType;
struct WriteType;

// ---- what a type is

template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T>
concept Character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept OptionalLike = requires(T value) {
  typename T::value_type;
  { value.has_value() } -> std::same_as<bool>;
  value.emplace();
  value.reset();
  *value;
};

template <class T>
concept UniquePointerLike = requires(T value) {
  typename T::element_type;
  typename T::deleter_type;
  value.reset();
  *value;
};

template <class T>
concept MapLike = requires(T value) {
  typename T::mapped_type;
  value.try_emplace(std::string());
  value.begin()->second;
  value.clear();
} && std::same_as<typename T::key_type, std::string>;

template <class T>
concept ListLike = requires(T value) {
  typename T::value_type;
  value.begin();
  value.size();
  value.clear();
  value.insert(value.end(), std::declval<typename T::value_type>());
} && !requires { typename T::mapped_type; };

template <class T>
concept TupleLike = requires { std::tuple_size<T>::value; };

template <class T>
concept ArrayLike = TupleLike<T> && requires(T value) { value.data(); };

template <class T>
concept VariantLike = requires(T value) {
  { value.valueless_by_exception() } -> std::same_as<bool>;
  value.index();
};

// std::monostate, a variant's "nothing", stands for null.
template <class T>
consteval bool is_monostate() {
  return std::is_empty_v<T> && std::string_view(__PRETTY_FUNCTION__).find("= std::monostate") != std::string_view::npos;
}

template <class T>
inline constexpr bool never = false;

// ---- tables for reading

using ReadFunction = bool (*)(Source&, const ReadType&, void* to);

struct ReadType {
  ReadFunction read;
  std::uint8_t scalar_size = 0;  // bytes of a scalar; 0 for all else
  // Whether the value is that of a member without a default; null when such a member may be missing.
  bool (*blank)(const ReadType&, const void* value) = nullptr;
};

extern const ReadType read_bool_type, read_string_type, read_value_type, read_null_type;
extern const ReadType read_int8_type, read_int16_type, read_int32_type, read_int64_type;
extern const ReadType read_uint8_type, read_uint16_type, read_uint32_type, read_uint64_type;
extern const ReadType read_float_type, read_double_type;

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

extern const WriteType write_bool_type, write_string_type, write_view_type, write_c_string_type, write_value_type;
extern const WriteType write_int8_type, write_int16_type, write_int32_type, write_int64_type;
extern const WriteType write_uint8_type, write_uint16_type, write_uint32_type, write_uint64_type;
extern const WriteType write_float_type, write_double_type, write_null_type;

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

// ---- from a type to its table

template <class T>
consteval const ReadType* read_type();
template <class T>
consteval const WriteType* write_type();

template <class T>
void addresses_of_members(void* object, void** out) {
  const auto members = reflect::members_of(*static_cast<const T*>(object));
  for (std::size_t i = 0; i < reflect::member_count<T>; ++i) out[i] = const_cast<void*>(members.at[i]);
}

template <class T>
void addresses_of_items(void* tuple, void** out) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((out[I] = &get<I>(*static_cast<T*>(tuple))), ...);
  }(std::make_index_sequence<std::tuple_size<T>::value>());
}

template <class T, class Members>
struct FieldTables;
template <class T, class... M>
struct FieldTables<T, reflect::Members<M...>> {
  static consteval auto read_fields() {
    std::size_t i = 0;
    std::size_t j = 0;
    constexpr auto& names = reflect::member_names<T>;
    return reflect::List<ReadField, sizeof...(M)>{{ReadField{names[i++].data(), names[j++].size(), read_type<M>()}...}};
  }
  static consteval auto write_fields() {
    std::size_t i = 0;
    std::size_t j = 0;
    constexpr auto& names = reflect::member_names<T>;
    return reflect::List<WriteField, sizeof...(M)>{
        {WriteField{names[i++].data(), names[j++].size(), write_type<M>()}...}};
  }
};
template <class T>
using FieldTablesOf = FieldTables<T, reflect::MembersOf<T>>;

// The tables are static members, not constexpr variables, so that a type may contain itself.
template <class T>
struct StructReader {
  static void construct(void* at) { ::new (at) T; }
  static void destroy(void* at) { static_cast<T*>(at)->~T(); }
  static constinit const reflect::List<ReadField, reflect::member_count<T>> fields;
  static constinit const ReadStruct table;
};
template <class T>
constinit const reflect::List<ReadField, reflect::member_count<T>> StructReader<T>::fields =
    FieldTablesOf<T>::read_fields();
template <class T>
constinit const ReadStruct StructReader<T>::table = {
    {&read_struct, 0, &blank_struct}, StructReader<T>::fields.at,  reflect::member_count<T>, sizeof(T), alignof(T),
    &addresses_of_members<T>,         &StructReader<T>::construct, &StructReader<T>::destroy};

template <class T>
struct StructWriter {
  static constinit const reflect::List<WriteField, reflect::member_count<T>> fields;
  static constinit const WriteStruct table;
};
template <class T>
constinit const reflect::List<WriteField, reflect::member_count<T>> StructWriter<T>::fields =
    FieldTablesOf<T>::write_fields();
template <class T>
constinit const WriteStruct StructWriter<T>::table = {
    {&write_struct}, StructWriter<T>::fields.at, reflect::member_count<T>, &addresses_of_members<T>};

template <class T>
struct EnumTables {
  using Underlying = std::underlying_type_t<T>;
  using Number = std::conditional_t<Character<Underlying>, std::int8_t, Underlying>;
  static std::int64_t load(const void* from) { return static_cast<std::int64_t>(*static_cast<const T*>(from)); }
  static constinit const ReadEnum read;
  static constinit const WriteEnum write;
};
template <class T>
constinit const ReadEnum EnumTables<T>::read = {
    {&read_enum, sizeof(T), &blank_scalar}, &reflect::enumerators<T>, read_type<Number>()};
template <class T>
constinit const WriteEnum EnumTables<T>::write = {{&write_enum}, &reflect::enumerators<T>, &load, write_type<Number>()};

template <class T>
struct OptionalTables {
  static void* emplace(void* to) { return &static_cast<T*>(to)->emplace(); }
  static void reset(void* to) { static_cast<T*>(to)->reset(); }
  static const void* get(const void* from) {
    const T& value = *static_cast<const T*>(from);
    return value.has_value() ? &*value : nullptr;
  }
  static constinit const ReadNullable read;
  static constinit const WriteNullable write;
};
template <class T>
constinit const ReadNullable OptionalTables<T>::read = {
    {&read_nullable}, read_type<typename T::value_type>(), &emplace, &reset};
template <class T>
constinit const WriteNullable OptionalTables<T>::write = {
    {&write_nullable}, write_type<typename T::value_type>(), &get};

template <class T>
struct PointerTables {
  using Item = typename T::element_type;
  static void* emplace(void* to) {
    T& pointer = *static_cast<T*>(to);
    pointer.reset(new Item());
    return &*pointer;
  }
  static void reset(void* to) { static_cast<T*>(to)->reset(); }
  static const void* get(const void* from) {
    const T& pointer = *static_cast<const T*>(from);
    return pointer ? &*pointer : nullptr;
  }
  static constinit const ReadNullable read;
  static constinit const WriteNullable write;
};
template <class T>
constinit const ReadNullable PointerTables<T>::read = {{&read_nullable}, read_type<Item>(), &emplace, &reset};
template <class T>
constinit const WriteNullable PointerTables<T>::write = {
    {&write_nullable}, write_type<std::remove_const_t<Item>>(), &get};

template <class T>
struct ListTables {
  using Item = typename T::value_type;
  static void start(void* to, std::size_t count) {
    T& list = *static_cast<T*>(to);
    list.clear();
    if constexpr (requires { list.reserve(count); }) list.reserve(count);
  }
  static bool append(void* to, Source& source, const ReadType& item) {
    T& list = *static_cast<T*>(to);
    if constexpr (requires {
                    { list.emplace_back() } -> std::same_as<Item&>;
                  }) {
      return item.read(source, item, &list.emplace_back());
    } else {
      Item one{};
      if (!item.read(source, item, &one)) return false;
      list.insert(list.end(), std::move(one));
      return true;
    }
  }
  static void put(std::string& out, const WriteType& type, const void* from) {
    const WriteType& item = *static_cast<const WriteItems&>(type).item;
    char before = '[';
    for (const Item& one : *static_cast<const T*>(from)) {
      out.push_back(before);
      item.write(out, item, &one);
      before = ',';
    }
    out.append(before == '[' ? "[]" : "]");
  }
  static constinit const ReadList read;
  static constinit const WriteItems write;
};
template <class T>
constinit const ReadList ListTables<T>::read = {{&read_list}, read_type<Item>(), &start, &append};
template <class T>
constinit const WriteItems ListTables<T>::write = {{&put}, write_type<Item>()};

template <class T>
struct MapTables {
  using Item = typename T::mapped_type;
  static void clear(void* to) { static_cast<T*>(to)->clear(); }
  static void* slot(void* to, std::string_view key) {
    auto placed = static_cast<T*>(to)->try_emplace(std::string(key));
    return placed.second ? &placed.first->second : nullptr;
  }
  static void put(std::string& out, const WriteType& type, const void* from) {
    const WriteType& item = *static_cast<const WriteItems&>(type).item;
    bool first = true;
    for (const auto& [key, value] : *static_cast<const T*>(from)) {
      write_key(out, key, first);
      item.write(out, item, &value);
      first = false;
    }
    out.append(first ? "{}" : "}");
  }
  static constinit const ReadMap read;
  static constinit const WriteItems write;
};
template <class T>
constinit const ReadMap MapTables<T>::read = {{&read_map}, read_type<Item>(), &clear, &slot};
template <class T>
constinit const WriteItems MapTables<T>::write = {{&put}, write_type<Item>()};

template <class T>
struct ArrayTables {
  using Item = typename T::value_type;
  static constinit const ReadArray read;
  static constinit const WriteArray write;
};
template <class T>
constinit const ReadArray ArrayTables<T>::read = {
    {&read_array, 0, &blank_array}, read_type<Item>(), std::tuple_size<T>::value, sizeof(Item)};
template <class T>
constinit const WriteArray ArrayTables<T>::write = {
    {&write_array}, write_type<Item>(), std::tuple_size<T>::value, sizeof(Item)};

template <class T>
struct TupleTables;
template <template <class...> class T, class... A>
struct TupleTables<T<A...>> {
  static constinit const reflect::List<const ReadType*, sizeof...(A)> read_items;
  static constinit const reflect::List<const WriteType*, sizeof...(A)> write_items;
  static constinit const ReadTuple read;
  static constinit const WriteTuple write;
};
template <template <class...> class T, class... A>
constinit const reflect::List<const ReadType*, sizeof...(A)> TupleTables<T<A...>>::read_items = {{read_type<A>()...}};
template <template <class...> class T, class... A>
constinit const reflect::List<const WriteType*, sizeof...(A)> TupleTables<T<A...>>::write_items = {
    {write_type<A>()...}};
template <template <class...> class T, class... A>
constinit const ReadTuple TupleTables<T<A...>>::read = {
    {&read_tuple, 0, &blank_tuple}, read_items.at, sizeof...(A), &addresses_of_items<T<A...>>};
template <template <class...> class T, class... A>
constinit const WriteTuple TupleTables<T<A...>>::write = {
    {&write_tuple}, write_items.at, sizeof...(A), &addresses_of_items<T<A...>>};

template <class T>
struct VariantTables;
template <template <class...> class T, class... A>
struct VariantTables<T<A...>> {
  template <std::size_t I>
  static void* emplace_one(void* to) {
    return &static_cast<T<A...>*>(to)->template emplace<I>();
  }
  template <std::size_t I>
  static const void* get_one(const void* from) {
    return &get<I>(*static_cast<const T<A...>*>(from));
  }
  static void* emplace(void* to, std::size_t index) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      using Emplace = void* (*)(void*);
      constexpr Emplace each[] = {&emplace_one<I>...};
      return each[index](to);
    }(std::index_sequence_for<A...>());
  }
  static const void* get_current(const void* from, std::size_t& index) {
    index = static_cast<const T<A...>*>(from)->index();
    if (index >= sizeof...(A)) return nullptr;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      using Get = const void* (*)(const void*);
      constexpr Get each[] = {&get_one<I>...};
      return each[index](from);
    }(std::index_sequence_for<A...>());
  }
  static constinit const reflect::List<const ReadType*, sizeof...(A)> read_items;
  static constinit const reflect::List<const WriteType*, sizeof...(A)> write_items;
  static constinit const ReadVariant read;
  static constinit const WriteVariant write;
};
template <template <class...> class T, class... A>
constinit const reflect::List<const ReadType*, sizeof...(A)> VariantTables<T<A...>>::read_items = {{read_type<A>()...}};
template <template <class...> class T, class... A>
constinit const reflect::List<const WriteType*, sizeof...(A)> VariantTables<T<A...>>::write_items = {
    {write_type<A>()...}};
template <template <class...> class T, class... A>
constinit const ReadVariant VariantTables<T<A...>>::read = {
    {&read_variant, 0, (is_monostate<A>() || ...) ? nullptr : &blank_variant},
    read_items.at,
    sizeof...(A),
    &emplace,
    &get_current};
template <template <class...> class T, class... A>
constinit const WriteVariant VariantTables<T<A...>>::write = {{&write_variant}, write_items.at, &get_current};

template <class T>
consteval const ReadType* read_type() {
  if constexpr (std::same_as<T, std::string>) {
    return &read_string_type;
  } else if constexpr (std::same_as<T, bool>) {
    return &read_bool_type;
  } else if constexpr (Character<T>) {
    static_assert(never<T>, "folio: a character is no JSON value; use std::string, or std::int8_t for a number");
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (sizeof(T) == 8) return std::is_signed_v<T> ? &read_int64_type : &read_uint64_type;
    if constexpr (sizeof(T) == 4) return std::is_signed_v<T> ? &read_int32_type : &read_uint32_type;
    if constexpr (sizeof(T) == 2) return std::is_signed_v<T> ? &read_int16_type : &read_uint16_type;
    if constexpr (sizeof(T) == 1) return std::is_signed_v<T> ? &read_int8_type : &read_uint8_type;
  } else if constexpr (std::same_as<T, double>) {
    return &read_double_type;
  } else if constexpr (std::same_as<T, float>) {
    return &read_float_type;
  } else if constexpr (std::is_enum_v<T>) {
    return &EnumTables<T>::read;
  } else if constexpr (std::same_as<T, JsonValue>) {
    return &read_value_type;
  } else if constexpr (std::same_as<T, std::string_view> || std::is_pointer_v<T>) {
    static_assert(never<T>, "folio: a std::string_view or pointer would dangle when read from JSON; use std::string");
  } else if constexpr (OptionalLike<T>) {
    return &OptionalTables<T>::read;
  } else if constexpr (UniquePointerLike<T>) {
    return &PointerTables<T>::read;
  } else if constexpr (MapLike<T>) {
    return &MapTables<T>::read;
  } else if constexpr (ListLike<T>) {
    return &ListTables<T>::read;
  } else if constexpr (ArrayLike<T>) {
    return &ArrayTables<T>::read;
  } else if constexpr (TupleLike<T>) {
    return &TupleTables<T>::read;
  } else if constexpr (VariantLike<T>) {
    return &VariantTables<T>::read;
  } else if constexpr (is_monostate<T>()) {
    return &read_null_type;
  } else if constexpr (reflect::Aggregate<T>) {
    return &StructReader<T>::table;
  } else {
    static_assert(never<T>, "folio: JSON cannot be read into this type; a plain struct, a container or a number can");
  }
}

template <class T>
consteval const WriteType* write_type() {
  if constexpr (std::same_as<T, std::string>) {
    return &write_string_type;
  } else if constexpr (std::same_as<T, std::string_view>) {
    return &write_view_type;
  } else if constexpr (std::same_as<T, const char*> || std::same_as<T, char*>) {
    return &write_c_string_type;
  } else if constexpr (std::same_as<T, bool>) {
    return &write_bool_type;
  } else if constexpr (Character<T>) {
    static_assert(never<T>, "folio: a character is no JSON value; use std::string, or std::int8_t for a number");
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (sizeof(T) == 8) return std::is_signed_v<T> ? &write_int64_type : &write_uint64_type;
    if constexpr (sizeof(T) == 4) return std::is_signed_v<T> ? &write_int32_type : &write_uint32_type;
    if constexpr (sizeof(T) == 2) return std::is_signed_v<T> ? &write_int16_type : &write_uint16_type;
    if constexpr (sizeof(T) == 1) return std::is_signed_v<T> ? &write_int8_type : &write_uint8_type;
  } else if constexpr (std::same_as<T, double>) {
    return &write_double_type;
  } else if constexpr (std::same_as<T, float>) {
    return &write_float_type;
  } else if constexpr (std::is_enum_v<T>) {
    return &EnumTables<T>::write;
  } else if constexpr (std::same_as<T, JsonValue>) {
    return &write_value_type;
  } else if constexpr (std::is_null_pointer_v<T>) {
    return &write_null_type;
  } else if constexpr (OptionalLike<T>) {
    return &OptionalTables<T>::write;
  } else if constexpr (UniquePointerLike<T>) {
    return &PointerTables<T>::write;
  } else if constexpr (MapLike<T>) {
    return &MapTables<T>::write;
  } else if constexpr (ListLike<T>) {
    return &ListTables<T>::write;
  } else if constexpr (ArrayLike<T>) {
    return &ArrayTables<T>::write;
  } else if constexpr (TupleLike<T>) {
    return &TupleTables<T>::write;
  } else if constexpr (VariantLike<T>) {
    return &VariantTables<T>::write;
  } else if constexpr (is_monostate<T>()) {
    return &write_null_type;
  } else if constexpr (reflect::Aggregate<T>) {
    return &StructWriter<T>::table;
  } else {
    static_assert(never<T>, "folio: this type cannot be written as JSON; a plain struct, a container or a number can");
  }
}

}  // namespace folio::json_detail
