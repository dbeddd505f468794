// Whether a handler can be bound, judged by its signature alone and said in one readable line, at the handler's own line:
//
//     routes/users/[id].cpp:5: GET asks for Path<"slug">, but the file name 'users/[id].cpp' declares 'id'
//
// The binding itself would fail as well, somewhere inside of it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <folio/detail/bind.hpp>

namespace folio::detail {

// A sentence put together at compile time; empty when there is nothing to say.
struct CheckMessage {
  std::array<char, 400> text{};
  std::size_t length = 0;

  template <class... Pieces>
  constexpr void add(const Pieces&... pieces) {
    (append(pieces), ...);
  }
  [[nodiscard]] constexpr bool empty() const { return length == 0; }
  [[nodiscard]] constexpr const char* data() const { return text.data(); }
  [[nodiscard]] constexpr std::size_t size() const { return length; }

 private:
  constexpr void append(std::string_view piece) {
    for (char c : piece) {
      if (length < text.size()) text[length++] = c;
    }
  }
};

// A type as people write it, from the compiler's "… [T = int]".
template <class T>
constexpr std::string_view spelled_type() {
  constexpr std::string_view whole = type_name<T>();
  constexpr std::size_t begin = whole.find("T = ") + 4;
  constexpr std::string_view type = whole.substr(begin, whole.rfind(']') - begin);
  // The namespace that generated code puts a route file into is none that its author knows.
  if constexpr (type.starts_with("folio_app::")) return type.substr(type.find("::", 11) + 2);
  return type;
}

template <class T>
constexpr std::string_view path_name() {
  if constexpr (is_path<T>) {
    return T::parameter;
  } else {
    return {};
  }
}

template <class File>
constexpr bool declares(std::string_view name) {
  for (auto declared : File::params.names) {
    if (declared == name) return true;
  }
  return false;
}

template <class File>
constexpr void add_declared(CheckMessage& message) {
  if (File::params.names.size() == 0) return message.add("no parameter");
  bool first = true;
  for (auto name : File::params.names) {
    message.add(first ? "'" : ", '", name, "'");
    first = false;
  }
}

// What is wrong with one parameter, if anything.
template <class Declared, class File>
constexpr void judge_parameter(CheckMessage& message, std::string_view handler, bool is_socket) {
  using T = std::remove_cvref_t<Declared>;
  constexpr bool by_reference = std::is_lvalue_reference_v<Declared>;
  if (!message.empty()) return;
  if constexpr (std::same_as<T, Request>) {
    if (!by_reference) message.add(handler, " takes the request by value: write Request& req");
  } else if constexpr (std::same_as<T, WebSocket>) {
    if (!is_socket) message.add(handler, " takes a WebSocket, which only WS has");
  } else if constexpr (is_path<T>) {
    if (!declares<File>(path_name<T>())) {
      message.add(handler, " asks for Path<\"", path_name<T>(), "\">, but the file name '", File::file, "' declares ");
      add_declared<File>(message);
    } else if (!T::has_text_form) {
      message.add(handler, " asks for a Path of type ", spelled_type<typename T::value_type>(),
                  ", which text cannot be turned into: use a number, bool or std::string, or give it a function "
                  "bool from_text(std::string_view, T&)");
    }
  } else if constexpr (requires { T::has_text_form; }) {
    if (!T::has_text_form) {
      message.add(handler, " asks for text as ", spelled_type<typename T::value_type>(),
                  ", which it cannot be turned into: use a number, bool, std::string or an optional of one, or give it a "
                  "function bool from_text(std::string_view, T&)");
    }
  } else if constexpr (!is_json<T> && !Extractor<T>) {
    if (!by_reference) {
      message.add(handler, " has a parameter of type ", spelled_type<T>(),
                  ", which is no extractor: take Request&, Path, Query, Json, Form, Header, Cookie, Body, Text, State, a "
                  "type with a static from_request(Request&), or a reference to what a middleware left with req.set");
    }
  }
}

// Whether to_response takes it.
template <class V>
constexpr bool is_answer() {
  if constexpr (std::is_void_v<V>) {
    return true;
  } else if constexpr (is_task<V> || is_result<V>) {
    return is_answer<typename V::value_type>();
  } else if constexpr (is_optional<V>) {
    return is_answer<typename V::value_type>();
  } else {
    return std::same_as<V, Response> || std::same_as<V, AppError> || is_json<V> || std::same_as<V, Html> ||
           std::same_as<V, Text> || std::same_as<V, JsonValue> || std::same_as<V, int> ||
           std::convertible_to<V, std::string_view>;
  }
}

template <class Return>
constexpr void judge_return(CheckMessage& message, std::string_view handler, bool is_socket) {
  if (!message.empty()) return;
  if (is_socket) {
    if (!is_task<Return>) message.add("WS is a coroutine: it returns Task<> or Task<Result<void>>");
  } else if (!is_answer<std::remove_cvref_t<Return>>()) {
    message.add(handler, " returns ", spelled_type<Return>(),
                ", which is no response: return Response, Result<T>, Json<T>, Html, Text, std::string, a status (int), "
                "nothing, or a Task of one of these; for a struct of your own, Json<T>");
  }
}

template <auto Entity, class File>
constexpr CheckMessage handler_fault(std::string_view handler) {
  CheckMessage message;
  if constexpr (!HandlerOf<Entity>::is_absent) {
    using Sig = decltype(signature_of<Entity>());
    const bool is_socket = handler == "WS";
    [&]<class... Args>(std::type_identity<std::tuple<Args...>>) {
      (judge_parameter<Args, File>(message, handler, is_socket), ...);
      constexpr std::size_t sockets = (std::size_t{std::same_as<std::remove_cvref_t<Args>, WebSocket>} + ... + 0);
      if (message.empty() && is_socket && sockets != 1) {
        message.add("WS takes the connection as a parameter: Task<> WS(WebSocket ws)");
      }
    }(std::type_identity<typename Sig::Arguments>{});
    judge_return<typename Sig::Return>(message, handler, is_socket);
  }
  return message;
}

}  // namespace folio::detail
