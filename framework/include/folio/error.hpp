// AppError: the one error type of Folio. A handler returns it (in a Result) or throws it, and the client gets an
// RFC 9457 problem response with its status and message.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace folio {

// What went wrong, as an HTTP status and a sentence that is safe to show to the client.
//
//     if (!user) return AppError::not_found("no user has this id");
//
// The message of a 500 (`internal`) goes to the log only; the client sees the status and nothing else.
class AppError {
 public:
  AppError(int status, std::string message) : body_(std::make_unique<Body>(status, std::move(message))) {}
  AppError(AppError&&) noexcept = default;
  AppError& operator=(AppError&&) noexcept = default;
  AppError(const AppError& other) : body_(std::make_unique<Body>(*other.body_)) {}
  AppError& operator=(const AppError& other) { return *this = AppError(other); }
  ~AppError() = default;

  static AppError bad_request(std::string message = {}) { return {400, std::move(message)}; }
  static AppError unauthorized(std::string message = {}) { return {401, std::move(message)}; }
  static AppError forbidden(std::string message = {}) { return {403, std::move(message)}; }
  static AppError not_found(std::string message = {}) { return {404, std::move(message)}; }
  static AppError method_not_allowed(std::string message = {}) { return {405, std::move(message)}; }
  static AppError conflict(std::string message = {}) { return {409, std::move(message)}; }
  static AppError gone(std::string message = {}) { return {410, std::move(message)}; }
  static AppError payload_too_large(std::string message = {}) { return {413, std::move(message)}; }
  static AppError unsupported_media_type(std::string message = {}) { return {415, std::move(message)}; }
  static AppError unprocessable(std::string message = {}) { return {422, std::move(message)}; }
  static AppError too_many_requests(std::string message = {}) { return {429, std::move(message)}; }
  static AppError internal(std::string message = {}) { return {500, std::move(message)}; }
  static AppError not_implemented(std::string message = {}) { return {501, std::move(message)}; }
  static AppError unavailable(std::string message = {}) { return {503, std::move(message)}; }

  // Adds a response field, such as `WWW-Authenticate` or `Retry-After`.
  AppError& header(std::string name, std::string value) & {
    body_->headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  AppError&& header(std::string name, std::string value) && {
    body_->headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }

  [[nodiscard]] int status() const { return body_->status; }
  [[nodiscard]] const std::string& message() const { return body_->message; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& headers() const { return body_->headers; }

 private:
  // Apart, so that a Result takes no more room for the error that it has not.
  struct Body {
    int status;
    std::string message;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  std::unique_ptr<Body> body_;  // null once it is moved from
};

}  // namespace folio
