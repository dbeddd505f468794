// What a plain aggregate says about itself without a macro: how many members it has, their names, types and addresses;
// and the names of an enum's enumerators. Works on clang 16 and later, and on g++ 14 and later.
//
// A member named with a trailing underscore is known without it, unless another has that name: `class_` is "class", so
// that keywords can be names.
// Limits: an aggregate has at most `max_members` public members, none of them a C array, a bit-field or a reference,
// and no base class. An enumerator is known when its value lies in -16…255 and its enum is no member of a class
// template.
//
// Everything here is constant and thread-safe. The code behind it is in the layer json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace folio::reflect {

inline constexpr std::size_t max_members = 64;

// A class whose members can be listed: an aggregate that is no union.
template <class T>
concept Aggregate = std::is_class_v<T> && std::is_aggregate_v<T>;

// The addresses of an object's members in the order of their declaration, and their types.
template <class... M>
struct Members {
  const void* at[sizeof...(M) == 0 ? 1 : sizeof...(M)];
};

// The constant list of N items, as a range.
template <class T, std::size_t N>
struct List {
  T at[N == 0 ? 1 : N];

  static constexpr std::size_t size() { return N; }
  constexpr const T* begin() const { return at; }
  constexpr const T* end() const { return at + N; }
  constexpr const T& operator[](std::size_t index) const { return at[index]; }
};

namespace detail {

struct Anything {
  template <class U>
  operator U() const;
};

template <class T, class... Found>
consteval std::size_t count_members() {
  if constexpr (sizeof...(Found) > max_members) {
    return sizeof...(Found);
  } else if constexpr (requires { T{Found{}..., Anything{}}; }) {
    return count_members<T, Found..., Anything>();
  } else {
    return sizeof...(Found);
  }
}

template <class... M>
constexpr Members<M...> collect(const M&... members) {
  return {{__builtin_addressof(members)...}};
}

}  // namespace detail

template <class T>
inline constexpr std::size_t member_count = detail::count_members<T>();

// The addresses of the members of `object`.
template <class T>
constexpr auto members_of(const T& object) {
  constexpr std::size_t count = member_count<T>;
  static_assert(count <= max_members, "folio: a struct of more than 64 members cannot be listed; nest some of them");
  // clang-format off
  // NOLINTBEGIN(cppcoreguidelines-macro-usage)
#define FOLIO_M8 m1, m2, m3, m4, m5, m6, m7, m8
#define FOLIO_M16 FOLIO_M8, m9, m10, m11, m12, m13, m14, m15, m16
#define FOLIO_M24 FOLIO_M16, m17, m18, m19, m20, m21, m22, m23, m24
#define FOLIO_M32 FOLIO_M24, m25, m26, m27, m28, m29, m30, m31, m32
#define FOLIO_M40 FOLIO_M32, m33, m34, m35, m36, m37, m38, m39, m40
#define FOLIO_M48 FOLIO_M40, m41, m42, m43, m44, m45, m46, m47, m48
#define FOLIO_M56 FOLIO_M48, m49, m50, m51, m52, m53, m54, m55, m56
#define FOLIO_M64 FOLIO_M56, m57, m58, m59, m60, m61, m62, m63, m64
#define FOLIO_BIND(size, ...)                                   \
  else if constexpr (count == size) {                           \
    const auto& [__VA_ARGS__] = object;                         \
    return detail::collect(__VA_ARGS__);                        \
  }
  if constexpr (count == 0) {
    return Members<>{};
  }
  FOLIO_BIND(1, m1)
  FOLIO_BIND(2, m1, m2)
  FOLIO_BIND(3, m1, m2, m3)
  FOLIO_BIND(4, m1, m2, m3, m4)
  FOLIO_BIND(5, m1, m2, m3, m4, m5)
  FOLIO_BIND(6, m1, m2, m3, m4, m5, m6)
  FOLIO_BIND(7, m1, m2, m3, m4, m5, m6, m7)
  FOLIO_BIND(8, FOLIO_M8)
  FOLIO_BIND(9, FOLIO_M8, m9)
  FOLIO_BIND(10, FOLIO_M8, m9, m10)
  FOLIO_BIND(11, FOLIO_M8, m9, m10, m11)
  FOLIO_BIND(12, FOLIO_M8, m9, m10, m11, m12)
  FOLIO_BIND(13, FOLIO_M8, m9, m10, m11, m12, m13)
  FOLIO_BIND(14, FOLIO_M8, m9, m10, m11, m12, m13, m14)
  FOLIO_BIND(15, FOLIO_M8, m9, m10, m11, m12, m13, m14, m15)
  FOLIO_BIND(16, FOLIO_M16)
  FOLIO_BIND(17, FOLIO_M16, m17)
  FOLIO_BIND(18, FOLIO_M16, m17, m18)
  FOLIO_BIND(19, FOLIO_M16, m17, m18, m19)
  FOLIO_BIND(20, FOLIO_M16, m17, m18, m19, m20)
  FOLIO_BIND(21, FOLIO_M16, m17, m18, m19, m20, m21)
  FOLIO_BIND(22, FOLIO_M16, m17, m18, m19, m20, m21, m22)
  FOLIO_BIND(23, FOLIO_M16, m17, m18, m19, m20, m21, m22, m23)
  FOLIO_BIND(24, FOLIO_M24)
  FOLIO_BIND(25, FOLIO_M24, m25)
  FOLIO_BIND(26, FOLIO_M24, m25, m26)
  FOLIO_BIND(27, FOLIO_M24, m25, m26, m27)
  FOLIO_BIND(28, FOLIO_M24, m25, m26, m27, m28)
  FOLIO_BIND(29, FOLIO_M24, m25, m26, m27, m28, m29)
  FOLIO_BIND(30, FOLIO_M24, m25, m26, m27, m28, m29, m30)
  FOLIO_BIND(31, FOLIO_M24, m25, m26, m27, m28, m29, m30, m31)
  FOLIO_BIND(32, FOLIO_M32)
  FOLIO_BIND(33, FOLIO_M32, m33)
  FOLIO_BIND(34, FOLIO_M32, m33, m34)
  FOLIO_BIND(35, FOLIO_M32, m33, m34, m35)
  FOLIO_BIND(36, FOLIO_M32, m33, m34, m35, m36)
  FOLIO_BIND(37, FOLIO_M32, m33, m34, m35, m36, m37)
  FOLIO_BIND(38, FOLIO_M32, m33, m34, m35, m36, m37, m38)
  FOLIO_BIND(39, FOLIO_M32, m33, m34, m35, m36, m37, m38, m39)
  FOLIO_BIND(40, FOLIO_M40)
  FOLIO_BIND(41, FOLIO_M40, m41)
  FOLIO_BIND(42, FOLIO_M40, m41, m42)
  FOLIO_BIND(43, FOLIO_M40, m41, m42, m43)
  FOLIO_BIND(44, FOLIO_M40, m41, m42, m43, m44)
  FOLIO_BIND(45, FOLIO_M40, m41, m42, m43, m44, m45)
  FOLIO_BIND(46, FOLIO_M40, m41, m42, m43, m44, m45, m46)
  FOLIO_BIND(47, FOLIO_M40, m41, m42, m43, m44, m45, m46, m47)
  FOLIO_BIND(48, FOLIO_M48)
  FOLIO_BIND(49, FOLIO_M48, m49)
  FOLIO_BIND(50, FOLIO_M48, m49, m50)
  FOLIO_BIND(51, FOLIO_M48, m49, m50, m51)
  FOLIO_BIND(52, FOLIO_M48, m49, m50, m51, m52)
  FOLIO_BIND(53, FOLIO_M48, m49, m50, m51, m52, m53)
  FOLIO_BIND(54, FOLIO_M48, m49, m50, m51, m52, m53, m54)
  FOLIO_BIND(55, FOLIO_M48, m49, m50, m51, m52, m53, m54, m55)
  FOLIO_BIND(56, FOLIO_M56)
  FOLIO_BIND(57, FOLIO_M56, m57)
  FOLIO_BIND(58, FOLIO_M56, m57, m58)
  FOLIO_BIND(59, FOLIO_M56, m57, m58, m59)
  FOLIO_BIND(60, FOLIO_M56, m57, m58, m59, m60)
  FOLIO_BIND(61, FOLIO_M56, m57, m58, m59, m60, m61)
  FOLIO_BIND(62, FOLIO_M56, m57, m58, m59, m60, m61, m62)
  FOLIO_BIND(63, FOLIO_M56, m57, m58, m59, m60, m61, m62, m63)
  FOLIO_BIND(64, FOLIO_M64)
#undef FOLIO_M8
#undef FOLIO_M16
#undef FOLIO_M24
#undef FOLIO_M32
#undef FOLIO_M40
#undef FOLIO_M48
#undef FOLIO_M56
#undef FOLIO_M64
#undef FOLIO_BIND
  // NOLINTEND(cppcoreguidelines-macro-usage)
  // clang-format on
}

template <class T>
using MembersOf = decltype(members_of(std::declval<const T&>()));

namespace detail {

template <class T>
struct Holder {
  T value;
};

// Never defined: only the addresses of its members are named, in constant expressions.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
extern const Holder<T> folio_member_probe;

// The compiler's spelling of the addresses has the members' names in it, all of them in one instantiation.
template <auto Addresses>
consteval const char* spell_members() {
  return __PRETTY_FUNCTION__;
}

template <class T>
consteval std::string_view spelled_members() {
  return spell_members<members_of(folio_member_probe<T>.value)>();
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

constexpr bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || c < 0;
}

// The identifier that `text` ends with, once what follows it is cut.
constexpr std::string_view last_name(std::string_view text) {
  while (!text.empty() && !is_name_character(text.back())) text.remove_suffix(1);
  std::size_t begin = text.size();
  while (begin > 0 && is_name_character(text[begin - 1])) --begin;
  return text.substr(begin);
}

constexpr std::string_view without_underscore(std::string_view name) {
  if (name.size() > 1 && name.back() == '_') name.remove_suffix(1);
  return name;
}

template <std::size_t N>
consteval List<std::string_view, N> parse_member_names(std::string_view spelled) {
  constexpr std::string_view marker = "folio_member_probe";
  List<std::string_view, N> names{};
  std::size_t at = spelled.find(marker);
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t next = spelled.find(marker, at + marker.size());
    std::string_view entry = spelled.substr(at, next == std::string_view::npos ? next : next - at);
    if (next != std::string_view::npos) entry = entry.substr(0, entry.rfind(','));
    names.at[i] = last_name(entry);
    at = next;
  }
  for (std::string_view& name : names.at) {
    const std::string_view shorter = without_underscore(name);
    bool taken = false;
    if (shorter.size() < name.size()) {
      for (const std::string_view other : names.at) taken = taken || other == shorter;
    }
    if (!taken) name = shorter;
  }
  return names;
}

template <class T>
consteval List<std::string_view, member_count<T>> make_member_names() {
  if constexpr (member_count<T> == 0) {
    return {};
  } else {
    return parse_member_names<member_count<T>>(spelled_members<T>());
  }
}

}  // namespace detail

// The names of T's members in the order of their declaration.
template <Aggregate T>
inline constexpr auto member_names = detail::make_member_names<T>();

namespace detail {

template <class T, class Visitor, class... M, std::size_t... I>
constexpr void visit_members(T&, const Members<M...>& members, Visitor& visitor, std::index_sequence<I...>) {
  using Object = std::remove_const_t<T>;
  if constexpr (std::is_const_v<T>) {
    (visitor(member_names<Object>[I], *static_cast<const M*>(members.at[I])), ...);
  } else {
    (visitor(member_names<Object>[I], *static_cast<M*>(const_cast<void*>(members.at[I]))), ...);
  }
}

}  // namespace detail

// Calls `visitor(std::string_view name, Member& member)` for each member of `object` in turn.
template <class T, class Visitor>
  requires Aggregate<std::remove_const_t<T>>
constexpr void for_each_member(T& object, Visitor&& visitor) {
  detail::visit_members(object, members_of(object), visitor,
                        std::make_index_sequence<member_count<std::remove_const_t<T>>>{});
}

// ---- enums

struct Enumerator {
  std::string_view name;
  std::int64_t value;
};

// The names of an enum. Views point into constant text.
class Enumerators {
 public:
  // From a compiler's spelling of a template's arguments, which are the values from `lowest` upwards.
  Enumerators(std::string_view spelled, std::int64_t lowest);

  [[nodiscard]] const std::vector<Enumerator>& all() const { return all_; }

  // The enumerator of this name or value; null when there is none.
  [[nodiscard]] const Enumerator* find(std::string_view name) const;
  [[nodiscard]] const Enumerator* find(std::int64_t value) const;

 private:
  std::vector<Enumerator> all_;
};

namespace detail {

// An enum without a fixed underlying type holds the values of its widest enumerator's bits only.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wenum-constexpr-conversion"
#endif
template <auto>
struct Constant {};

template <class E, auto Value>
concept Castable = requires { Constant<static_cast<E>(Value)>{}; };

template <class E>
consteval std::int64_t lowest_enumerator() {
  if constexpr (std::is_unsigned_v<std::underlying_type_t<E>>) {
    return 0;
  } else if constexpr (Castable<E, -16>) {
    return -16;
  } else if constexpr (Castable<E, -4>) {
    return -4;
  } else if constexpr (Castable<E, -1>) {
    return -1;
  } else {
    return 0;
  }
}

template <class E>
consteval std::int64_t highest_enumerator() {
  if constexpr (std::is_same_v<std::underlying_type_t<E>, bool>) {
    return 1;
  } else if constexpr (std::is_signed_v<std::underlying_type_t<E>> && sizeof(E) == 1) {
    return 127;
  } else if constexpr (Castable<E, 255>) {
    return 255;
  } else if constexpr (Castable<E, 127>) {
    return 127;
  } else if constexpr (Castable<E, 63>) {
    return 63;
  } else if constexpr (Castable<E, 31>) {
    return 31;
  } else if constexpr (Castable<E, 15>) {
    return 15;
  } else if constexpr (Castable<E, 7>) {
    return 7;
  } else if constexpr (Castable<E, 3>) {
    return 3;
  } else {
    return 1;
  }
}

template <auto... Values>
consteval const char* spell_enumerators() {
  return __PRETTY_FUNCTION__;
}

template <class E, std::size_t... I>
consteval const char* spelled_enumerators(std::index_sequence<I...>) {
  return spell_enumerators<static_cast<E>(lowest_enumerator<E>() + static_cast<std::int64_t>(I))...>();
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <class E>
inline constexpr const char* enumerator_text = spelled_enumerators<E>(
    std::make_index_sequence<static_cast<std::size_t>(highest_enumerator<E>() - lowest_enumerator<E>() + 1)>{});

}  // namespace detail

// The enumerators of E in the order of their values; empty when none lies within reach. Made at the first call.
template <class E>
  requires std::is_enum_v<E>
const Enumerators& enumerators() {
  static const Enumerators all(detail::enumerator_text<E>, detail::lowest_enumerator<E>());
  return all;
}

}  // namespace folio::reflect
