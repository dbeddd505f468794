// What a route file becomes: a RouteUnit, made by generated code out of the file's handlers.
//
// A handler's signature is free; detail/bind.hpp turns it into one of two shapes: a plain function from request to
// response, or a coroutine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <folio/detail/bind.hpp>
#include <folio/detail/handler_check.hpp>
#include <folio/method.hpp>

namespace folio {

// How a route's failures are shown: the marker line `// 'api'` or `// 'ui'`, or what the client's Accept asks for.
enum class ErrorFormat : std::uint8_t { Negotiated, Json, Html };

enum class UnitKind : std::uint8_t { Route, Middleware, Error, NotFound, Matcher };

// The parameters that a file name declares.
template <std::size_t Count>
struct ParamNames {
  std::array<std::string_view, Count> names;
};

inline constexpr std::size_t handler_methods = 7;  // GET POST PUT PATCH DELETE HEAD OPTIONS, in the order of Method

// Bumped when the struct or what it refers to changes: a module that was built for another one is refused.
inline constexpr std::uint32_t unit_version = 3;

struct RouteUnit {
  std::uint32_t version = unit_version;
  UnitKind kind = UnitKind::Route;
  ErrorFormat errors = ErrorFormat::Negotiated;
  std::string_view file;
  std::array<Handler, handler_methods> handlers{};
  Handler any;
  SocketHandler websocket;
  const WsOptions* websocket_options = nullptr;
  Task<Result<Response>> (*middleware)(Request&, Next) = nullptr;
  Task<Result<Response>> (*error)(Request&, AppError) = nullptr;
  TaskHandler not_found = nullptr;
  bool (*match)(std::string_view segment) = nullptr;
};

// Units are shared by all loops: any thread may read them. They live as long as the program, or the module that they
// came in.
template <class File>
constexpr RouteUnit make_unit(UnitKind kind) {
  RouteUnit unit;
  unit.kind = kind;
  unit.errors = File::errors;
  unit.file = File::file;
  return unit;
}

template <class File, auto Get, auto Post, auto Put, auto Patch, auto Delete, auto Head, auto Options, auto Any, auto Ws,
          auto WsOptionsOfFile>
constexpr RouteUnit make_route_unit() {
  RouteUnit unit = make_unit<File>(UnitKind::Route);
  unit.handlers = {detail::bind<Get>(),    detail::bind<Post>(), detail::bind<Put>(),    detail::bind<Patch>(),
                   detail::bind<Delete>(), detail::bind<Head>(), detail::bind<Options>()};
  unit.any = detail::bind<Any>();
  unit.websocket = detail::bind_socket<Ws>();
  unit.websocket_options = detail::bind_options<WsOptionsOfFile>();
  return unit;
}

template <class File, auto Entity>
constexpr RouteUnit make_middleware_unit() {
  RouteUnit unit = make_unit<File>(UnitKind::Middleware);
  unit.middleware = &detail::middleware_entry<Entity>;
  return unit;
}

template <class File, auto Entity>
constexpr RouteUnit make_error_unit() {
  RouteUnit unit = make_unit<File>(UnitKind::Error);
  unit.error = &detail::error_entry<Entity>;
  return unit;
}

template <class File, auto Entity>
constexpr RouteUnit make_not_found_unit() {
  RouteUnit unit = make_unit<File>(UnitKind::NotFound);
  unit.not_found = &detail::Bound<Entity>::task;
  return unit;
}

template <class File, auto Entity>
constexpr RouteUnit make_matcher_unit() {
  RouteUnit unit = make_unit<File>(UnitKind::Matcher);
  unit.match = Entity;
  return unit;
}

}  // namespace folio

// The vocabulary of the generated code. Each is used inside the file's own namespace.
#ifdef DELETE
#undef DELETE  // winnt.h
#endif

#if defined(__cpp_static_assert) && __cpp_static_assert >= 202306L
#define FOLIO_CHECK_HANDLER(NAME)                                         \
  static_assert(folio::detail::handler_fault<&NAME, FolioFile>(#NAME).empty(), \
                (folio::detail::handler_fault<&NAME, FolioFile>(#NAME)));
#else
#define FOLIO_CHECK_HANDLER(NAME)                                         \
  static_assert(folio::detail::handler_fault<&NAME, FolioFile>(#NAME).empty(), \
                #NAME " cannot be bound: see its parameters and what it returns");
#endif

#define FOLIO_CHECK_SOCKET_OPTIONS                                                                  \
  static_assert(std::is_same_v<std::remove_cv_t<decltype(ws_options)>, folio::WsOptions>, \
                "ws_options is no WsOptions: write const WsOptions ws_options = {...};");

#define FOLIO_ROUTE_UNIT              \
  extern const folio::RouteUnit folio_unit; \
  constexpr folio::RouteUnit folio_unit =   \
      folio::make_route_unit<FolioFile, &GET, &POST, &PUT, &PATCH, &DELETE, &HEAD, &OPTIONS, &ANY, &WS, &ws_options>();

#define FOLIO_MIDDLEWARE_UNIT               \
  extern const folio::RouteUnit folio_unit; \
  constexpr folio::RouteUnit folio_unit = folio::make_middleware_unit<FolioFile, &middleware>();

#define FOLIO_ERROR_UNIT                    \
  extern const folio::RouteUnit folio_unit; \
  constexpr folio::RouteUnit folio_unit = folio::make_error_unit<FolioFile, &error>();

#define FOLIO_NOT_FOUND_UNIT                \
  extern const folio::RouteUnit folio_unit; \
  constexpr folio::RouteUnit folio_unit = folio::make_not_found_unit<FolioFile, &not_found>();

#define FOLIO_MATCHER_UNIT                  \
  extern const folio::RouteUnit folio_unit; \
  constexpr folio::RouteUnit folio_unit = folio::make_matcher_unit<FolioFile, &match>();

#define FOLIO_EXPORT_UNIT(NAMESPACE)                                                          \
  extern "C" __attribute__((visibility("default"))) const folio::RouteUnit* folio_route_unit() { \
    return &NAMESPACE::folio_unit;                                                             \
  }
