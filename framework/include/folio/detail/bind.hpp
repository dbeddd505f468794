// From a handler as it was written to one of the shapes that the server calls. A handler's signature is free: what its
// parameters are decides what is fetched from the request, and what it returns decides the response. All of it at
// compile time; a handler that is no coroutine stays none.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <folio/body_stream.hpp>
#include <folio/extract.hpp>
#include <folio/middleware.hpp>
#include <folio/request.hpp>
#include <folio/response.hpp>
#include <folio/result.hpp>
#include <folio/task.hpp>
#include <folio/websocket.hpp>

namespace folio {

using PlainHandler = Result<Response> (*)(Request&);
using TaskHandler = Task<Result<Response>> (*)(Request&);

// A bound handler: at most one of the two is set.
struct Handler {
  PlainHandler plain = nullptr;
  TaskHandler task = nullptr;
  bool streams_body = false;  // it is run before the body is there
  explicit operator bool() const { return plain != nullptr || task != nullptr; }
};

// A bound WS: at most one of the two is set. Gives the task that runs the connection, not yet begun; or the error that
// refuses the upgrade.
struct SocketHandler {
  Result<Task<>> (*plain)(Request&, WebSocket) = nullptr;
  Task<Result<Task<>>> (*task)(Request&, WebSocket) = nullptr;
  bool sees_request = true;  // its parameters may point into the request while it runs
  explicit operator bool() const { return plain != nullptr || task != nullptr; }
};

// Names for what a file does not define, so that the generated code can ask for all of them.
struct Absent {};
namespace absent {
inline constexpr Absent GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY, WS, ws_options;
}

namespace detail {

template <class F>
struct Signature;
template <class R, class... Args>
struct Signature<R (*)(Args...)> {
  using Return = R;
  using Arguments = std::tuple<Args...>;
};
template <class R, class... Args>
struct Signature<R (*)(Args...) noexcept> : Signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct Signature<R (C::*)(Args...) const> : Signature<R (*)(Args...)> {};

// What a handler entity is: a function (its address is a function pointer) or a constant callable object.
template <auto Entity>
struct HandlerOf {
  using Object = std::remove_cvref_t<decltype(*Entity)>;
  static constexpr bool is_absent = std::same_as<Object, Absent>;
  static constexpr bool is_function = std::is_function_v<Object>;
};
template <auto Entity>
constexpr auto signature_of() {
  using Object = typename HandlerOf<Entity>::Object;
  if constexpr (std::is_function_v<Object>) {
    return Signature<decltype(Entity)>{};
  } else {
    return Signature<decltype(&Object::operator())>{};
  }
}

// --- parameters ---

template <class T>
inline constexpr bool is_path = false;
template <FixedString Name, class T>
inline constexpr bool is_path<Path<Name, T>> = true;
template <class T>
inline constexpr bool is_json = false;
template <class T>
inline constexpr bool is_json<Json<T>> = true;

template <class T>
concept Extractor = requires(Request& request) {
  T::from_request(request);
};
template <class T>
concept AsyncExtractor = Extractor<T> && is_task<decltype(T::from_request(std::declval<Request&>()))>;

// One that reads the body as it arrives, such as BodyStream.
template <class T>
concept BodyStreaming = requires { requires T::streams_body; };

template <class Declared>
struct ArgumentOf {
  using T = std::remove_cvref_t<Declared>;
  static constexpr bool is_request = std::same_as<T, Request>;
  static constexpr bool is_async = [] {
    if constexpr (is_request) {
      return false;
    } else {
      return AsyncExtractor<T>;
    }
  }();

  static auto fetch(Request& request) {
    if constexpr (is_request) {
      static_assert(std::is_lvalue_reference_v<Declared>, "folio: take the request by reference: Request& req");
      return Result<Request*>(&request);
    } else if constexpr (is_json<T>) {
      return fetch_json(request);
    } else if constexpr (Extractor<T>) {
      return T::from_request(request);
    } else {
      static_assert(std::is_lvalue_reference_v<Declared>,
                    "folio: this parameter's type is no extractor. A handler takes Request&, Path, Query, Json, Form, "
                    "Header, Cookie, Body, BodyStream, Multipart, Text, State, a type with a static from_request(Request&), or a reference to "
                    "a value that a middleware left with req.set(...)");
      T* value = request.get<T>();
      if (value != nullptr) return Result<T*>(value);
      return Result<T*>(AppError::internal(
          std::string("no middleware left the value that the handler asks for: ").append(type_name<T>())));
    }
  }

  static Result<T> fetch_json(Request& request) requires is_json<T> {
    if (auto expected = expect_json(request); !expected) return std::move(expected).error();
    typename T::value_type value{};
    JsonError fault;
    if (!read_json(request.body(), value, fault)) return json_failure(fault);
    return T(std::move(value));
  }

  template <class Fetched>
  static decltype(auto) pass(Fetched& fetched) {
    if constexpr (std::is_pointer_v<typename Fetched::value_type> && !Extractor<T>) {
      return (**fetched);
    } else if constexpr (std::is_lvalue_reference_v<Declared>) {
      return (*fetched);
    } else {
      return (std::move(*fetched));
    }
  }
};

template <class Arguments>
struct ArgumentList;
template <class... Args>
struct ArgumentList<std::tuple<Args...>> {
  static constexpr bool any_async = (ArgumentOf<Args>::is_async || ...);
  static constexpr bool any_streaming = (BodyStreaming<std::remove_cvref_t<Args>> || ...);
  template <class Tuple>
  static const AppError* first_error(const Tuple& fetched) {
    const AppError* error = nullptr;
    std::apply([&](const auto&... each) { ((error == nullptr && !each ? void(error = &each.error()) : void()), ...); },
               fetched);
    return error;
  }
};

// What holds its own bytes. Anything else that was made of a request may point into it.
template <class T>
inline constexpr bool is_owned = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, std::string>;
template <class T>
inline constexpr bool is_owned<std::optional<T>> = is_owned<T>;
template <class T>
inline constexpr bool is_state = false;
template <class T>
inline constexpr bool is_state<State<T>> = true;
template <class T>
constexpr bool sees_request() {
  if constexpr (std::same_as<T, WebSocket> || is_state<T>) {
    return false;
  } else if constexpr (requires { typename T::value_type; }) {
    return !std::derived_from<T, Boxed<typename T::value_type>> || !is_owned<typename T::value_type>;
  } else {
    return true;
  }
}

// --- return values ---

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

// Turns what a handler returned into a response, or the error that app/dispatch answers in its place.
template <class T>
Result<Response> to_response(T&& value) {
  using V = std::remove_cvref_t<T>;
  if constexpr (std::same_as<V, Response>) {
    return std::forward<T>(value);
  } else if constexpr (is_result<V>) {
    if (!value) return std::move(value).error();
    if constexpr (std::is_void_v<typename V::value_type>) {
      return Response::status(204);
    } else {
      return to_response(*std::move(value));
    }
  } else if constexpr (std::same_as<V, AppError>) {
    return AppError(std::forward<T>(value));
  } else if constexpr (is_json<V>) {
    return Response::json(*value);
  } else if constexpr (std::same_as<V, Html>) {
    return Response::html(*std::forward<T>(value));
  } else if constexpr (std::same_as<V, Text>) {
    return Response::text(*std::forward<T>(value));
  } else if constexpr (std::same_as<V, JsonValue>) {
    return Response::json(value);
  } else if constexpr (std::same_as<V, std::string>) {
    return Result<Response>(std::in_place, std::forward<T>(value), 200, "text/plain; charset=utf-8");
  } else if constexpr (std::convertible_to<T, std::string_view>) {
    return Response::text(std::string(std::string_view(value)));
  } else if constexpr (std::same_as<V, int>) {
    return Response::status(value);
  } else if constexpr (is_optional<V>) {
    if (!value) return AppError::not_found();
    return to_response(*std::move(value));
  } else {
    static_assert(
        std::same_as<V, Response>,
        "folio: a handler returns Response, Result<T>, Json<T>, Html, Text, std::string, a status (int), nothing, "
        "or a Task of one of these; for a struct of your own, return Json<T>");
    return Response();
  }
}

// --- binding ---

// What is there already, to be awaited beside what is not.
template <class T>
struct Ready {
  T value;
  [[nodiscard]] static bool await_ready() noexcept { return true; }
  static void await_suspend(std::coroutine_handle<>) noexcept {}
  T await_resume() { return std::move(value); }
};

template <auto Entity>
struct Bound {
  using Sig = decltype(signature_of<Entity>());
  using Return = typename Sig::Return;
  using Arguments = typename Sig::Arguments;
  using List = ArgumentList<Arguments>;
  static constexpr bool is_plain = !is_task<Return> && !List::any_async;

  template <std::size_t... I>
  static Result<Response> call_plain(Request& request, std::index_sequence<I...>) {
    // In braces, so that arguments are fetched from left to right.
    auto fetched = std::tuple{ArgumentOf<std::tuple_element_t<I, Arguments>>::fetch(request)...};
    if (const AppError* error = List::first_error(fetched)) return AppError(*error);
    if constexpr (std::is_void_v<Return>) {
      (*Entity)(ArgumentOf<std::tuple_element_t<I, Arguments>>::pass(std::get<I>(fetched))...);
      return Response::status(204);
    } else {
      return to_response((*Entity)(ArgumentOf<std::tuple_element_t<I, Arguments>>::pass(std::get<I>(fetched))...));
    }
  }
  static Result<Response> plain(Request& request) {
    return call_plain(request, std::make_index_sequence<std::tuple_size_v<Arguments>>());
  }

  template <class Declared>
  static auto fetch_task(Request& request) {
    if constexpr (ArgumentOf<Declared>::is_async) {
      return ArgumentOf<Declared>::fetch(request);
    } else {
      return Ready{ArgumentOf<Declared>::fetch(request)};
    }
  }

  template <std::size_t... I>
  static Task<Result<Response>> call_task(Request& request, std::index_sequence<I...>) {
    auto fetched = std::tuple{co_await fetch_task<std::tuple_element_t<I, Arguments>>(request)...};
    if (const AppError* error = List::first_error(fetched)) co_return AppError(*error);
    if constexpr (is_task<Return>) {
      auto task = (*Entity)(ArgumentOf<std::tuple_element_t<I, Arguments>>::pass(std::get<I>(fetched))...);
      if constexpr (std::is_void_v<typename Return::value_type>) {
        co_await std::move(task);
        co_return Response::status(204);
      } else {
        co_return to_response(co_await std::move(task));
      }
    } else if constexpr (std::is_void_v<Return>) {
      (*Entity)(ArgumentOf<std::tuple_element_t<I, Arguments>>::pass(std::get<I>(fetched))...);
      co_return Response::status(204);
    } else {
      co_return to_response((*Entity)(ArgumentOf<std::tuple_element_t<I, Arguments>>::pass(std::get<I>(fetched))...));
    }
  }
  static Task<Result<Response>> task(Request& request) {
    return call_task(request, std::make_index_sequence<std::tuple_size_v<Arguments>>());
  }
};

template <auto Entity>
constexpr Handler bind() {
  if constexpr (HandlerOf<Entity>::is_absent) {
    return {};
  } else if constexpr (Bound<Entity>::is_plain) {
    return {.plain = &Bound<Entity>::plain, .streams_body = Bound<Entity>::List::any_streaming};
  } else {
    return {.task = &Bound<Entity>::task, .streams_body = Bound<Entity>::List::any_streaming};
  }
}

// WS(WebSocket), with extractors before or behind it, as a coroutine.
template <auto Entity>
struct BoundSocket {
  using Sig = decltype(signature_of<Entity>());
  using Return = typename Sig::Return;
  using Arguments = typename Sig::Arguments;
  static_assert(is_task<Return>, "folio: WS is a coroutine and returns Task<> (or Task<Result<void>>)");

  template <class Declared>
  static constexpr bool is_socket = std::same_as<std::remove_cvref_t<Declared>, WebSocket>;

  template <class T>
  static constexpr bool all_see_nothing = false;
  template <class... Args>
  static constexpr bool all_see_nothing<std::tuple<Args...>> = (!sees_request<std::remove_cvref_t<Args>>() && ...);
  template <class T>
  static constexpr bool all_by_value = false;
  template <class... Args>
  static constexpr bool all_by_value<std::tuple<Args...>> = (!std::is_reference_v<Args> && ...);
  // The handler's own coroutine will do: it takes all that it is given, and there is no result to look at.
  static constexpr bool is_bare = all_by_value<Arguments> && std::same_as<Return, Task<>>;

  template <class Declared>
  static auto fetch(Request& request) {
    if constexpr (is_socket<Declared>) {
      return Result<void>();
    } else {
      return ArgumentOf<Declared>::fetch(request);
    }
  }
  template <class Declared>
  static auto fetch_task(Request& request) {
    if constexpr (ArgumentOf<Declared>::is_async) {
      return ArgumentOf<Declared>::fetch(request);
    } else {
      return Ready{fetch<Declared>(request)};
    }
  }
  template <class Declared, class Fetched>
  static decltype(auto) pass(Fetched& fetched, WebSocket& socket) {
    if constexpr (is_socket<Declared>) {
      return static_cast<std::conditional_t<std::is_lvalue_reference_v<Declared>, WebSocket&, WebSocket&&>>(socket);
    } else {
      return ArgumentOf<Declared>::pass(fetched);
    }
  }
  template <class Fetched, std::size_t... I>
  static Task<> run(Fetched fetched, WebSocket socket, std::index_sequence<I...>)
    requires is_bare
  {
    return (*Entity)(pass<std::tuple_element_t<I, Arguments>>(std::get<I>(fetched), socket)...);
  }
  template <class Fetched, std::size_t... I>
  static Task<> run(Fetched fetched, WebSocket socket, std::index_sequence<I...>) {
    auto task = (*Entity)(pass<std::tuple_element_t<I, Arguments>>(std::get<I>(fetched), socket)...);
    if constexpr (std::is_void_v<typename Return::value_type>) {
      co_await std::move(task);
    } else {
      auto result = co_await std::move(task);
      if (!result) throw AppError(std::move(result).error());
    }
  }
  template <std::size_t... I>
  static Result<Task<>> fetch_and_run(Request& request, WebSocket socket, std::index_sequence<I...> indexes) {
    auto fetched = std::tuple{fetch<std::tuple_element_t<I, Arguments>>(request)...};
    if (const AppError* error = ArgumentList<Arguments>::first_error(fetched)) return AppError(*error);
    return run(std::move(fetched), std::move(socket), indexes);
  }
  template <std::size_t... I>
  static Task<Result<Task<>>> await_and_run(Request& request, WebSocket socket, std::index_sequence<I...> indexes) {
    auto fetched = std::tuple{co_await fetch_task<std::tuple_element_t<I, Arguments>>(request)...};
    if (const AppError* error = ArgumentList<Arguments>::first_error(fetched)) co_return AppError(*error);
    co_return run(std::move(fetched), std::move(socket), indexes);
  }
  // Extractors fail before the upgrade is answered: the client then gets an ordinary response.
  static Result<Task<>> start(Request& request, WebSocket socket) {
    return fetch_and_run(request, std::move(socket), std::make_index_sequence<std::tuple_size_v<Arguments>>());
  }
  static Task<Result<Task<>>> start_task(Request& request, WebSocket socket) {
    return await_and_run(request, std::move(socket), std::make_index_sequence<std::tuple_size_v<Arguments>>());
  }
};

template <auto Entity>
constexpr SocketHandler bind_socket() {
  if constexpr (HandlerOf<Entity>::is_absent) {
    return {};
  } else {
    using Handler = BoundSocket<Entity>;
    using Arguments = typename Handler::Arguments;
    constexpr bool sees = !Handler::template all_see_nothing<Arguments>;
    if constexpr (ArgumentList<Arguments>::any_async) {
      return {.plain = nullptr, .task = &Handler::start_task, .sees_request = sees};
    } else {
      return {.plain = &Handler::start, .task = nullptr, .sees_request = sees};
    }
  }
}

// The file's `const WsOptions ws_options`, where it has one.
template <auto Entity>
constexpr const WsOptions* bind_options() {
  using Object = std::remove_cvref_t<decltype(*Entity)>;
  if constexpr (std::same_as<Object, WsOptions>) {
    return Entity;
  } else {
    return nullptr;
  }
}

template <auto Entity>
Task<Result<Response>> middleware_entry(Request& request, Next next) {
  using Return = typename decltype(signature_of<Entity>())::Return;
  if constexpr (is_task<Return>) {
    co_return to_response(co_await (*Entity)(request, next));
  } else {
    co_return to_response((*Entity)(request, next));
  }
}
template <auto Entity>
Task<Result<Response>> error_entry(Request& request, AppError error) {
  using Return = typename decltype(signature_of<Entity>())::Return;
  if constexpr (is_task<Return>) {
    co_return to_response(co_await (*Entity)(request, error));
  } else {
    co_return to_response((*Entity)(request, error));
  }
}

}  // namespace detail

}  // namespace folio
