// Which members of a plain struct have an initialiser: `int page = 0;` does, `int page;` does not. C++ does not tell, but
// constructing the struct over memory of a known pattern does.
#pragma once

#include <cstddef>
#include <new>

#include <folio/detail/json_tables.hpp>

namespace folio::json_detail {

// A struct as bytes: how large it is, how to make one without initialising what has no initialiser, and where its
// members lie.
struct Shape {
  std::size_t size;
  std::size_t alignment;
  void (*construct)(void* at);
  void (*destroy)(void* at);
  void (*addresses)(void* object, void** out);
};

// Whether the scalar member of that index and size has an initialiser, even one to zero.
[[nodiscard]] bool has_initialiser(const Shape& shape, std::size_t index, std::size_t scalar_size);

template <class T>
inline constexpr Shape shape_of{sizeof(T), alignof(T), [](void* at) { ::new (at) T; },
                                [](void* at) { static_cast<T*>(at)->~T(); }, &addresses_of_members<T>};

}  // namespace folio::json_detail
