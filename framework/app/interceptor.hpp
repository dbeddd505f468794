// Interceptor: a hook around every request of a server, for the dev server: it may hold a request while a build runs,
// answer in the app's place, and change responses.
#pragma once

#include <folio/request.hpp>
#include <folio/response.hpp>
#include <folio/task.hpp>

#include <optional>

namespace folio::app {

class Interceptor {
 public:
  Interceptor() = default;
  Interceptor(const Interceptor&) = delete;
  Interceptor& operator=(const Interceptor&) = delete;
  virtual ~Interceptor() = default;

  // Before the request is routed, on its loop's thread. A response answers it; nothing lets it go on, with the
  // application that is published by then.
  virtual Task<std::optional<Response>> before(Request& request) = 0;
  // Behind everything, before the response is written.
  virtual void after(const Request& request, Response& response) = 0;
};

}  // namespace folio::app
