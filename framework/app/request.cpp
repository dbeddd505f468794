// The members of folio::Request, over the exchange's data.
#include <folio/request.hpp>

#include <folio/extract.hpp>

#include <cstddef>

#include "app/exchange.hpp"
#include "app/random_id.hpp"
#include "app/request_origin.hpp"
#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "http/cookie.hpp"
#include "http/query.hpp"

namespace folio {

Method Request::method_kind() const {
  return data_->head->method;
}
std::string_view Request::method() const {
  return data_->head->method_text.in(data_->block);
}
std::string_view Request::path() const {
  return data_->head->path_in(data_->block);
}
std::string_view Request::query_string() const {
  return data_->head->query.in(data_->block);
}
// RFC 9112 §3.2.2: with a target in absolute-form a server "MUST ignore the received Host header field (if any) and
// instead use the host information of the request-target": so do handlers.
std::string_view Request::header(std::string_view name) const {
  const http::RequestHead& head = *data_->head;
  if (head.target_form == http::TargetForm::Absolute && base::iequals(name, "Host")) return head.host.in(data_->block);
  return head.value(data_->block, name);
}
bool Request::has_header(std::string_view name) const {
  const http::RequestHead& head = *data_->head;
  if (head.target_form == http::TargetForm::Absolute && base::iequals(name, "Host")) return true;
  return head.find(data_->block, name) != nullptr;
}
std::string_view Request::body() const {
  return data_->body ? std::string_view(*data_->body) : std::string_view();
}
std::shared_ptr<const std::string> detail::shared_body(const Request& request) {
  return request.data().body;
}
std::string_view Request::route() const {
  return data_->route;
}

std::optional<std::string> Request::param(std::string_view name) const {
  const auto value = data_->match.capture(name);
  if (!value) return std::nullopt;
  return std::string(*value);
}

std::optional<std::string> Request::query(std::string_view name) const {
  return http::query_value(query_string(), name);
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  const http::Field* field = nullptr;
  while ((field = data_->head->find(data_->block, "Cookie", field)) != nullptr) {
    if (const auto value = http::find_cookie(field->value.in(data_->block), name)) return std::string(*value);
  }
  return std::nullopt;
}

std::string_view Request::remote_address() const {
  app::resolve_address(*data_);
  return data_->remote_address;
}
std::string_view Request::scheme() const {
  app::resolve_origin(*data_);
  return data_->scheme;
}
std::string_view Request::host() const {
  app::resolve_origin(*data_);
  return data_->host;
}

const ClientCertificate* Request::client_certificate() const {
  return data_->client_certificate.get();
}

std::string_view Request::id() const {
  constexpr std::size_t longest_id = 128;
  if (!data_->id.empty()) return data_->id;
  // A client's own id is taken over when it is short and harmless in a log.
  const auto given = header("X-Request-Id");
  if (!given.empty() && given.size() <= longest_id && base::is_token(given)) {
    data_->id = given;
    return data_->id;
  }
  // Not a counter: it would tell clients how many requests others have made.
  constexpr std::size_t made_id = 16;
  data_->id.resize(made_id);
  app::random_hex(data_->id);
  return data_->id;
}

void Request::put(detail::ErasedValue value) {
  for (auto& each : data_->values) {
    if (each.type == value.type) {
      each.value = std::move(value.value);
      return;
    }
  }
  data_->values.push_back(std::move(value));
}

void* Request::find(std::string_view type) const {
  for (const auto& each : data_->values) {
    if (each.type == type) return each.value.get();
  }
  return nullptr;
}

namespace detail {

namespace {

void visit_pairs(std::string_view text, PairVisitor visit, void* context) {
  http::QueryReader reader(text);
  while (const auto pair = reader.next()) {
    if (!visit(context, http::decode_form_text(pair->name), http::decode_form_text(pair->value))) return;
  }
}

// The media type without its parameters: RFC 9110 §8.3.1.
std::string_view essence(std::string_view content_type) {
  return base::trim_ows(content_type.substr(0, content_type.find(';')));
}

}  // namespace

void visit_query(const Request& request, PairVisitor visit, void* context) {
  visit_pairs(request.query_string(), visit, context);
}

void visit_form(const Request& request, PairVisitor visit, void* context) {
  visit_pairs(request.body(), visit, context);
}

std::optional<std::string_view> path_parameter(const Request& request, std::string_view name) {
  return request.data().match.capture(name);
}

// A body without a Content-Type is taken for what the handler expects; one that says it is something else is refused.
Result<void> expect_json(const Request& request) {
  const auto type = essence(request.header("Content-Type"));
  if (type.empty() || base::iequals(type, "application/json") ||
      (type.size() > 5 && base::iequals(type.substr(type.size() - 5), "+json"))) {
    return {};
  }
  return AppError::unsupported_media_type("this path takes application/json, not " + std::string(type));
}

Result<void> expect_form(const Request& request) {
  const auto type = essence(request.header("Content-Type"));
  if (type.empty() || base::iequals(type, "application/x-www-form-urlencoded")) return {};
  return AppError::unsupported_media_type("this path takes application/x-www-form-urlencoded, not " +
                                          std::string(type));
}

AppError json_failure(const JsonError& error) {
  return AppError::bad_request(error.message);
}

}  // namespace detail

Result<Text> Text::from_request(const Request& request) {
  if (!base::is_valid_utf8(request.body())) return AppError::bad_request("Invalid text body: not UTF-8");
  return Text(std::string(request.body()));
}

}  // namespace folio
