// 'api'
#include <folio/folio.hpp>

#include <string>

// Everything above the first declaration is hoisted.
using namespace folio;

struct User {
  std::uint64_t id;
};

Response GET(Path<"id", std::uint64_t> id) { return Response::text("user " + std::to_string(*id)); }

[[nodiscard]] static Task<Response> PUT(Request& request);

[[nodiscard]] static Task<Response> PUT(Request& request) {
  (void)request;
  co_return Response::status(204);
}

constexpr auto DELETE = [](Request&) { return Response::status(204); };
