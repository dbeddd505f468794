// From a C++ type to its JSON tables. A type is recognised by what it can do, not by its name, so that no container's
// header is needed here. Not for users.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <folio/detail/json_types.hpp>
#include <folio/json_value.hpp>
#include <folio/reflect.hpp>

namespace folio::json_detail {

// ---- what a type is

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
concept PointerLike = requires(T value) {  // unique_ptr, shared_ptr
  typename T::element_type;
  value.reset();
  value.get();
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

// ---- from a type to its table

template <class T>
struct Readable;
template <class T>
struct Writable;

// The tables of T; a type that JSON cannot hold does not compile, with a message.
template <class T>
using ReaderOf = typename Readable<T>::Tables;
template <class T>
using WriterOf = typename Writable<T>::Tables;

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
    return reflect::List<ReadField, sizeof...(M)>{
        {ReadField{names[i++].data(), names[j++].size(), &ReaderOf<M>::read}...}};
  }
  static consteval auto write_fields() {
    std::size_t i = 0;
    std::size_t j = 0;
    constexpr auto& names = reflect::member_names<T>;
    return reflect::List<WriteField, sizeof...(M)>{
        {WriteField{names[i++].data(), names[j++].size(), &WriterOf<M>::write}...}};
  }
};
template <class T>
using FieldTablesOf = FieldTables<T, reflect::MembersOf<T>>;

// The tables are static members, not constexpr variables, so that a type may contain itself.
template <class T>
struct StructTables {
  static constexpr std::size_t count = reflect::member_count<T>;
  static void construct(void* at) { ::new (at) T; }
  static void destroy(void* at) { static_cast<T*>(at)->~T(); }
  static constinit const reflect::List<ReadField, count> read_fields;
  static constinit const reflect::List<WriteField, count> write_fields;
  static constinit const ReadStruct read;
  static constinit const WriteStruct write;
};
template <class T>
constinit const reflect::List<ReadField, StructTables<T>::count> StructTables<T>::read_fields =
    FieldTablesOf<T>::read_fields();
template <class T>
constinit const reflect::List<WriteField, StructTables<T>::count> StructTables<T>::write_fields =
    FieldTablesOf<T>::write_fields();
template <class T>
constinit const ReadStruct StructTables<T>::read = {
    {&read_struct, 0, &blank_struct}, read_fields.at, count,   sizeof(T), alignof(T),
    &addresses_of_members<T>,         &construct,     &destroy};
template <class T>
constinit const WriteStruct StructTables<T>::write = {
    {&write_struct}, write_fields.at, count, &addresses_of_members<T>};

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
    {&read_enum, sizeof(T), &blank_scalar}, &reflect::enumerators<T>, &ReaderOf<Number>::read};
template <class T>
constinit const WriteEnum EnumTables<T>::write = {
    {&write_enum}, &reflect::enumerators<T>, &load, &WriterOf<Number>::write};

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
    {&read_nullable}, &ReaderOf<typename T::value_type>::read, &emplace, &reset};
template <class T>
constinit const WriteNullable OptionalTables<T>::write = {
    {&write_nullable}, &WriterOf<typename T::value_type>::write, &get};

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
constinit const ReadNullable PointerTables<T>::read = {{&read_nullable}, &ReaderOf<Item>::read, &emplace, &reset};
template <class T>
constinit const WriteNullable PointerTables<T>::write = {
    {&write_nullable}, &WriterOf<std::remove_const_t<Item>>::write, &get};

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
constinit const ReadList ListTables<T>::read = {{&read_list}, &ReaderOf<Item>::read, &start, &append};
template <class T>
constinit const WriteItems ListTables<T>::write = {{&put}, &WriterOf<Item>::write};

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
constinit const ReadMap MapTables<T>::read = {{&read_map}, &ReaderOf<Item>::read, &clear, &slot};
template <class T>
constinit const WriteItems MapTables<T>::write = {{&put}, &WriterOf<Item>::write};

template <class T>
struct ArrayTables {
  using Item = typename T::value_type;
  static constinit const ReadArray read;
  static constinit const WriteArray write;
};
template <class T>
constinit const ReadArray ArrayTables<T>::read = {
    {&read_array, 0, &blank_array}, &ReaderOf<Item>::read, std::tuple_size<T>::value, sizeof(Item)};
template <class T>
constinit const WriteArray ArrayTables<T>::write = {
    {&write_array}, &WriterOf<Item>::write, std::tuple_size<T>::value, sizeof(Item)};

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
constinit const reflect::List<const ReadType*, sizeof...(A)> TupleTables<T<A...>>::read_items = {
    {&ReaderOf<A>::read...}};
template <template <class...> class T, class... A>
constinit const reflect::List<const WriteType*, sizeof...(A)> TupleTables<T<A...>>::write_items = {
    {&WriterOf<A>::write...}};
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
constinit const reflect::List<const ReadType*, sizeof...(A)> VariantTables<T<A...>>::read_items = {
    {&ReaderOf<A>::read...}};
template <template <class...> class T, class... A>
constinit const reflect::List<const WriteType*, sizeof...(A)> VariantTables<T<A...>>::write_items = {
    {&WriterOf<A>::write...}};
template <template <class...> class T, class... A>
constinit const ReadVariant VariantTables<T<A...>>::read = {
    {&read_variant, 0, (is_monostate<A>() || ...) ? nullptr : &blank_variant},
    read_items.at,
    sizeof...(A),
    &emplace,
    &get_current};
template <template <class...> class T, class... A>
constinit const WriteVariant VariantTables<T<A...>>::write = {{&write_variant}, write_items.at, &get_current};

// Integers of one size and sign share their tables, whatever they are called.
template <class I>
consteval auto fixed_integer() {
  if constexpr (sizeof(I) == 8) return std::conditional_t<std::is_signed_v<I>, std::int64_t, std::uint64_t>();
  if constexpr (sizeof(I) == 4) return std::conditional_t<std::is_signed_v<I>, std::int32_t, std::uint32_t>();
  if constexpr (sizeof(I) == 2) return std::conditional_t<std::is_signed_v<I>, std::int16_t, std::uint16_t>();
  if constexpr (sizeof(I) == 1) return std::conditional_t<std::is_signed_v<I>, std::int8_t, std::uint8_t>();
}

template <class T>
struct Found {
  using Tables = T;
};
struct NotFound {};

// Never called, only asked for its type.
template <class T>
consteval auto find_tables() {
  if constexpr (std::same_as<T, std::string> || std::same_as<T, bool> || std::same_as<T, double> ||
                std::same_as<T, float> || std::same_as<T, JsonValue> || std::same_as<T, std::string_view>) {
    return Found<ScalarTables<T>>();
  } else if constexpr (Character<T>) {
    return NotFound();
  } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
    return Found<ScalarTables<decltype(fixed_integer<T>())>>();
  } else if constexpr (std::is_enum_v<T>) {
    return Found<EnumTables<T>>();
  } else if constexpr (std::same_as<T, const char*> || std::same_as<T, char*>) {
    return Found<ScalarTables<const char*>>();
  } else if constexpr (std::is_null_pointer_v<T> || is_monostate<T>()) {
    return Found<ScalarTables<Null>>();
  } else if constexpr (OptionalLike<T>) {
    return Found<OptionalTables<T>>();
  } else if constexpr (PointerLike<T>) {
    return Found<PointerTables<T>>();
  } else if constexpr (MapLike<T>) {
    return Found<MapTables<T>>();
  } else if constexpr (ListLike<T>) {
    return Found<ListTables<T>>();
  } else if constexpr (ArrayLike<T>) {
    return Found<ArrayTables<T>>();
  } else if constexpr (TupleLike<T>) {
    return Found<TupleTables<T>>();
  } else if constexpr (VariantLike<T>) {
    return Found<VariantTables<T>>();
  } else if constexpr (reflect::Aggregate<T>) {
    return Found<StructTables<T>>();
  } else {
    return NotFound();
  }
}

template <class T>
struct Writable : decltype(find_tables<T>()) {
  static_assert(!Character<T>, "folio: a character is no JSON value; use std::string, or std::int8_t for a number");
  static_assert(Character<T> || !std::same_as<decltype(find_tables<T>()), NotFound>,
                "folio: JSON cannot hold this type; a plain struct, a container, text or a number it can");
};
template <class T>
struct Readable : Writable<T> {
  static_assert(!std::same_as<T, std::string_view> && !std::is_pointer_v<T>,
                "folio: a std::string_view or a pointer would dangle when read from JSON; use std::string");
};

}  // namespace folio::json_detail
