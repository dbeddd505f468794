// GET /users lists, POST /users adds:
//
//     curl -d '{"name":"Grace Hopper"}' -H 'Content-Type: application/json' localhost:5000/users
//
// Try it with {"name":7} or without the closing brace: a body that does not fit answers by itself, and says where.
#include <folio/folio.hpp>

#include <string>
#include <vector>

#include "_store.hpp"

using namespace folio;

Json<std::vector<User>> GET(State<UserStore> users) {
  return users->all();
}

Result<Response> POST(Json<NewUser> body, State<UserStore> users) {
  if (body->name.empty()) return AppError::unprocessable("a user needs a name");
  const User user = users->add(*std::move(body));
  return Response::json(user, 201).header("Location", "/users/" + std::to_string(user.id));
}
