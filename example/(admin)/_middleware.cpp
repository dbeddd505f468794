// Wraps every route in this folder and below, WebSockets and 404s included. The folder's name is in parentheses, so it
// groups files without being part of their paths: (admin)/reports/index.cpp is /reports.
//
//     curl -H 'Authorization: Bearer ada-token' localhost:5000/reports
#include <folio/folio.hpp>

#include "_admin.hpp"

using namespace folio;

Task<Response> middleware(Request& req, Next next) {
  // A demonstration: real tokens are secret, long, random, and kept in a database.
  if (req.header("Authorization") != "Bearer ada-token") {
    co_return Response::problem(AppError::unauthorized("send the header 'Authorization: Bearer ada-token'")
                                    .header("WWW-Authenticate", "Bearer"));
  }
  req.set(Admin{"Ada"});                // handlers ask for it: const Admin& admin
  Response response = co_await next();  // the rest: inner middleware, then the handler
  co_return std::move(response).header("Cache-Control", "no-store");
}
