// Next: what a middleware hands the request on to.
#pragma once

#include <folio/request.hpp>
#include <folio/response.hpp>
#include <folio/task.hpp>

namespace folio {

namespace detail {
struct ChainState;
Task<Response> run_chain(const ChainState* chain, std::size_t position);
}  // namespace detail

// The rest of the chain: inner middleware, then the handler (or the 404, 405 or WebSocket upgrade in its place).
//
//     // routes/admin/_middleware.cpp
//     Task<Response> middleware(Request& req, Next next) {
//       if (req.cookie("admin") != "yes") co_return Response::redirect("/login");
//       Response response = co_await next();
//       co_return std::move(response).header("Cache-Control", "no-store");
//     }
//
// Call it once, or not at all to answer in its place. Failures further in arrive here as responses.
class Next {
 public:
  Next(const detail::ChainState* chain, std::size_t position) : chain_(chain), position_(position) {}
  Task<Response> operator()() const { return detail::run_chain(chain_, position_); }

 private:
  const detail::ChainState* chain_;
  std::size_t position_;
};

}  // namespace folio
