// Whether a handler asks for a path parameter that its file name does not declare, said in one readable line at compile
// time.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <folio/detail/bind.hpp>

namespace folio::detail {

// A sentence put together at compile time.
struct CheckMessage {
  std::array<char, 400> text{};
  std::size_t length = 0;
  constexpr void add(std::string_view piece) {
    for (char c : piece) {
      if (length < text.size()) text[length++] = c;
    }
  }
  [[nodiscard]] constexpr const char* data() const { return text.data(); }
  [[nodiscard]] constexpr std::size_t size() const { return length; }
};

template <class T>
constexpr std::string_view path_name() {
  if constexpr (is_path<T>) {
    return T::parameter;
  } else {
    return {};
  }
}

// The first path parameter that a handler asks for and the file name does not declare; empty when there is none.
template <auto Entity, class File>
constexpr std::string_view undeclared_parameter() {
  if constexpr (HandlerOf<Entity>::is_absent) {
    return {};
  } else {
    return []<class... Args>(std::type_identity<std::tuple<Args...>>) {
      std::string_view missing;
      auto check = [&](std::string_view name) {
        if (name.empty() || !missing.empty()) return;
        for (auto declared : File::params.names) {
          if (declared == name) return;
        }
        missing = name;
      };
      (check(path_name<std::remove_cvref_t<Args>>()), ...);
      return missing;
    }(std::type_identity<typename decltype(signature_of<Entity>())::Arguments>{});
  }
}

template <auto Entity, class File>
constexpr CheckMessage parameter_message(std::string_view handler) {
  CheckMessage message;
  message.add(handler);
  message.add(" asks for Path<\"");
  message.add(undeclared_parameter<Entity, File>());
  message.add("\">, but the file name '");
  message.add(File::file);
  message.add("' declares ");
  if (File::params.names.size() == 0) {
    message.add("no parameter");
  } else {
    bool first = true;
    for (auto name : File::params.names) {
      if (!first) message.add(", ");
      message.add("'");
      message.add(name);
      message.add("'");
      first = false;
    }
  }
  return message;
}

}  // namespace folio::detail
