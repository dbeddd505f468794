#include "app/dispatch.hpp"

#include <exception>
#include <string>

#include "app/application.hpp"
#include "app/error_page.hpp"
#include "app/log.hpp"
#include "app/socket.hpp"
#include "app/upgrade.hpp"
#include "http/accept.hpp"
#include "http/status.hpp"

namespace folio::app {

using detail::ChainState;
using detail::Target;

namespace {

// The methods that a file answers, for Allow: RFC 9110 §10.2.1.
std::string allowed_methods(const RouteUnit& unit) {
  std::string allow;
  const auto add = [&](std::string_view method) {
    if (!allow.empty()) allow += ", ";
    allow += method;
  };
  const bool any = static_cast<bool>(unit.any);
  const auto has = [&](Method method) { return any || unit.handlers[static_cast<std::size_t>(method)]; };
  if (has(Method::Get) || unit.websocket) add("GET");
  if (has(Method::Get) || has(Method::Head)) add("HEAD");
  for (const Method method : {Method::Post, Method::Put, Method::Patch, Method::Delete}) {
    if (has(method)) add(to_string(method));
  }
  add("OPTIONS");
  return allow;
}

const Handler* find_handler(const RouteUnit& unit, Method method) {
  if (static_cast<std::size_t>(method) < handler_methods) {
    if (const Handler& exact = unit.handlers[static_cast<std::size_t>(method)]) return &exact;
  }
  // RFC 9110 §9.3.2: HEAD is GET without the content, which the connection leaves out.
  if (method == Method::Head) {
    if (const Handler& get = unit.handlers[static_cast<std::size_t>(Method::Get)]) return &get;
  }
  if (unit.any) return &unit.any;
  return nullptr;
}

void log_failure(const Exchange& exchange, const AppError& error) {
  if (error.status() < 500) return;
  log_error(exchange.request.method(), exchange.request.path(), exchange.data.route, error, exchange.request.id());
}

ErrorFormat format_of(const Exchange& exchange) {
  const RouteUnit* unit = exchange.chain.unit;
  if (unit != nullptr && unit->errors != ErrorFormat::Negotiated) return unit->errors;
  return http::prefer_html_or_json(exchange.request.header("Accept"), http::MediaPreference::Json) ==
                 http::MediaPreference::Html
             ? ErrorFormat::Html
             : ErrorFormat::Json;
}

Response not_found(const Exchange& exchange) {
  return error_response(exchange, AppError::not_found("nothing answers this path"));
}

Response method_not_allowed(const Exchange& exchange) {
  const std::string allow = allowed_methods(*exchange.chain.unit);
  return error_response(exchange, AppError::method_not_allowed("this path answers " + allow).header("Allow", allow));
}

Response redirect_without_slash(const Exchange& exchange) {
  std::string to(exchange.request.path());
  while (to.size() > 1 && to.back() == '/') to.pop_back();
  if (!exchange.request.query_string().empty()) to.append("?").append(exchange.request.query_string());
  return Response::redirect(std::move(to), 308);
}

// The answers that are ours and need no handler.
Response own_answer(Exchange& exchange) {
  switch (exchange.chain.target) {
    case Target::ServerOptions:
      return Response::status(204).header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    case Target::MethodNotAllowed:
      return method_not_allowed(exchange);
    case Target::Options:
      return Response::status(204).header("Allow", allowed_methods(*exchange.chain.unit));
    case Target::UpgradeRequired:
      return error_response(exchange, AppError(426, "this path speaks WebSocket: connect with ws:// or wss://")
                                          .header("Upgrade", "websocket")
                                          .header("Connection", "upgrade"));
    case Target::Redirect:
      return redirect_without_slash(exchange);
    case Target::BadPath:
      return error_response(exchange, AppError::bad_request("the path has a malformed percent-escape or a NUL in it"));
    case Target::Socket:
      return accept_socket(exchange);
    case Target::NotFound:
    case Target::Handler:
      break;
  }
  return not_found(exchange);
}

Task<Response> answer_failure(Exchange& exchange, AppError error) {
  log_failure(exchange, error);
  const std::uint32_t page = exchange.chain.scope->error;
  if (page != routing::kNone) {
    const RouteUnit& unit = exchange.chain.application->unit(page);
    std::optional<AppError> second;
    try {
      // What a 500 is about is the log's business; a page that shows the message must not tell it.
      Result<Response> response =
          co_await unit.error(exchange.request, error.status() == 500 ? AppError::internal() : error);
      if (response) co_return *std::move(response);
      second = std::move(response).error();
    } catch (...) {
      second = failure_of(std::current_exception());
    }
    log_failure(exchange, *second);  // the error page failed as well: the plain one stands in
  }
  co_return error_response(exchange, error);
}

// REQUIRES: it is a plain one.
Result<Response> call_handler(Exchange& exchange) {
  try {
    return exchange.chain.handler->plain(exchange.request);
  } catch (...) {
    return failure_of(std::current_exception());
  }
}

// The innermost step.
Task<Response> run_target(Exchange& exchange) {
  const ChainState& chain = exchange.chain;
  std::optional<AppError> failure;
  try {
    if (chain.target == Target::Handler) {
      Result<Response> response = AppError::internal();
      if (chain.handler->plain != nullptr) {
        response = chain.handler->plain(exchange.request);
      } else {
        response = co_await chain.handler->task(exchange.request);
      }
      if (response) co_return *std::move(response);
      failure = std::move(response).error();
    } else if (chain.target == Target::Socket && chain.unit->websocket.task != nullptr) {
      co_return co_await accept_socket_task(exchange);
    } else if (chain.target == Target::NotFound && chain.scope->not_found != routing::kNone) {
      Result<Response> response = co_await chain.application->unit(chain.scope->not_found).not_found(exchange.request);
      if (response) {
        if (response->status_code == 200) response->status_code = 404;  // the page of a path that is not there
        co_return *std::move(response);
      }
      failure = std::move(response).error();
    } else {
      co_return own_answer(exchange);
    }
  } catch (...) {
    failure = failure_of(std::current_exception());
  }
  co_return co_await answer_failure(exchange, *std::move(failure));
}

}  // namespace

AppError failure_of(std::exception_ptr exception) {
  try {
    std::rethrow_exception(std::move(exception));
  } catch (AppError& error) {
    return std::move(error);
  } catch (const std::exception& error) {
    return AppError::internal(std::string("exception: ") + error.what());
  } catch (...) {
    return AppError::internal("an exception that is no std::exception");
  }
}

void route(Exchange& exchange, const Application& application) {
  ChainState& chain = exchange.chain;
  chain.exchange = &exchange;
  chain.application = &application;
  auto& match = exchange.data.match;
  application.router().match(exchange.request.path(), match);
  chain.scope = match.scope;
  // RFC 9110 §9.3.7: the server as a whole is asked. RFC 9112 §3.2.4: OPTIONS of a URI "with an empty path and no query
  // component" asks the same.
  if (exchange.request.path() == "*") {
    chain.target = Target::ServerOptions;
    return;
  }
  switch (match.status) {
    case routing::MatchStatus::BadPath:
      chain.target = Target::BadPath;
      return;
    case routing::MatchStatus::Redirect:
      chain.target = Target::Redirect;
      return;
    case routing::MatchStatus::Miss:
      chain.target = Target::NotFound;
      return;
    case routing::MatchStatus::Match:
      break;
  }
  const RouteUnit& unit = application.unit(match.file);
  chain.unit = &unit;
  exchange.data.route = unit.file;
  const Method method = exchange.data.head->method;
  if (unit.websocket && method == Method::Get && is_websocket_upgrade(exchange.request)) {
    chain.target = Target::Socket;
    return;
  }
  chain.handler = find_handler(unit, method);
  if (chain.handler != nullptr) {
    chain.target = Target::Handler;
  } else if (method == Method::Options) {
    chain.target = Target::Options;
  } else if (unit.websocket && (method == Method::Get || method == Method::Head)) {
    chain.target = Target::UpgradeRequired;
  } else {
    chain.target = Target::MethodNotAllowed;
  }
}

BodyUse body_use(const Exchange& exchange) {
  const ChainState& chain = exchange.chain;
  if (chain.target == Target::Handler) return chain.handler->streams_body ? BodyUse::Streamed : BodyUse::Whole;
  // Middleware and a page of the app's own may look at what was sent.
  return is_plain(exchange) ? BodyUse::Unused : BodyUse::Whole;
}

bool is_plain(const Exchange& exchange) {
  const ChainState& chain = exchange.chain;
  if (!chain.scope->middleware.empty()) return false;
  if (chain.target == Target::Handler) return chain.handler->plain != nullptr;
  if (chain.target == Target::Socket) return chain.unit->websocket.plain != nullptr;
  return chain.target != Target::NotFound || chain.scope->not_found == routing::kNone;
}

Result<Response> run_plain(Exchange& exchange) {
  if (exchange.chain.target != Target::Handler) return own_answer(exchange);
  Result<Response> response = call_handler(exchange);
  if (!response && exchange.chain.scope->error == routing::kNone) {
    log_failure(exchange, response.error());
    response = error_response(exchange, response.error());
  }
  return response;
}

Task<Response> run_failure(Exchange& exchange, AppError failure) {
  return answer_failure(exchange, std::move(failure));
}

Task<Response> run(Exchange& exchange) {
  return detail::run_chain(&exchange.chain, 0);
}

Response error_response(const Exchange& exchange, const AppError& error) {
  Response response = Response::problem(error);
  if (format_of(exchange) == ErrorFormat::Html) {
    response.body = error_page(error.status(), error.status() == 500 ? std::string_view() : error.message());
    response.content_type = "text/html; charset=utf-8";
  }
  return response;
}

Response parse_failure_response(int status, std::string_view reason) {
  return Response::problem(AppError(status, std::string(reason)));
}

}  // namespace folio::app

folio::Task<folio::Response> folio::detail::run_chain(const ChainState* chain, std::size_t position) {
  app::Exchange& exchange = *chain->exchange;
  if (position == chain->scope->middleware.size()) co_return co_await app::run_target(exchange);
  const RouteUnit& unit = chain->application->unit(chain->scope->middleware[position]);
  std::optional<AppError> failure;
  try {
    Result<Response> response = co_await unit.middleware(exchange.request, Next(chain, position + 1));
    if (response) co_return *std::move(response);
    failure = std::move(response).error();
  } catch (...) {
    failure = app::failure_of(std::current_exception());
  }
  co_return co_await app::answer_failure(exchange, *std::move(failure));
}
