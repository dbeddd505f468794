// persistent<T>(name): an object that belongs to the process, not to a route file's statics.
#pragma once

#include <cstddef>
#include <string_view>

#include <folio/request.hpp>

namespace folio {

namespace detail {
// The object of that type and name, made by `make` when there is none yet. Thread-safe.
void* persistent_object(std::string_view type, std::string_view name, std::size_t size, void* (*make)(),
                        void (*destroy)(void*));
}  // namespace detail

// The one T of that name, made by its default constructor on first use. In the dev server it survives edits of the route
// that asks for it, where a `static` would begin anew; when the type changes its size, it begins anew as well.
// Any thread may ask; the object guards itself.
//
//     static auto& hits = persistent<std::atomic<int>>("hits");
template <class T>
T& persistent(std::string_view name = {}) {
  return *static_cast<T*>(detail::persistent_object(
      detail::type_name<T>(), name, sizeof(T), [] { return static_cast<void*>(new T()); },
      [](void* object) { delete static_cast<T*>(object); }));
}

}  // namespace folio
