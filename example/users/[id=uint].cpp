// GET, PUT and DELETE /users/7. `=uint` is a matcher: /users/seven is another path, and there is no route for it.
//
// A handler says by its parameters what it needs, and by its return type what may become of it: a Result is a value or
// an AppError, which the client gets as a problem response (RFC 9457) with its status and message.
#include <folio/folio.hpp>

#include <cstdint>

#include "_store.hpp"

using namespace folio;

Result<Json<User>> GET(Path<"id", std::uint64_t> id, State<UserStore> users) {
  auto user = users->find(*id);
  if (!user) return AppError::not_found("no user has this id");
  return *user;
}

Result<Json<User>> PUT(Path<"id", std::uint64_t> id, Json<NewUser> body, State<UserStore> users) {
  if (body->name.empty()) return AppError::unprocessable("a user needs a name");
  auto user = users->replace(*id, *std::move(body));
  if (!user) return AppError::not_found("no user has this id");
  return *user;
}

// Nothing to say is 204 No Content.
Result<void> DELETE(Path<"id", std::uint64_t> id, State<UserStore> users) {
  if (!users->remove(*id)) return AppError::not_found("no user has this id");
  return {};
}
