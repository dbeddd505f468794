// The members of HttpClient and of what it gives, over HttpConversation.
#include <folio/http_client.hpp>

#include <utility>

#include "app/http_conversation.hpp"
#include "base/ascii.hpp"

namespace folio {

namespace {

using Options = std::shared_ptr<const HttpClientOptions>;

Task<Result<HttpStream>> open_stream(Options options, HttpRequest request) {
  auto& loop = static_cast<net::Loop&>(detail::Activity::current()->executor());
  auto conversation = std::make_unique<detail::HttpConversation>(loop, std::move(options), std::move(request));
  Result<HttpHead> head = co_await conversation->begin();
  if (!head) co_return std::move(head).error();
  co_return HttpStream(*std::move(head), std::move(conversation));
}

Task<Result<HttpResponse>> send_whole(Options options, HttpRequest request) {
  const std::size_t limit = options->max_body;
  auto stream = co_await open_stream(std::move(options), std::move(request));
  if (!stream) co_return std::move(stream).error();
  auto body = co_await stream->read_all(limit);
  if (!body) co_return std::move(body).error();
  HttpResponse response;
  static_cast<HttpHead&>(response) = std::move(static_cast<HttpHead&>(*stream));
  response.body = *std::move(body);
  co_return response;
}

}  // namespace

std::string_view HttpHead::header(std::string_view name) const {
  for (const auto& [each, value] : headers) {
    if (base::iequals(each, name)) return value;
  }
  return {};
}

HttpStream::HttpStream(HttpHead head, std::unique_ptr<detail::HttpConversation> conversation)
    : HttpHead(std::move(head)), conversation_(std::move(conversation)) {}
HttpStream::HttpStream(HttpStream&&) noexcept = default;
HttpStream& HttpStream::operator=(HttpStream&&) noexcept = default;
HttpStream::~HttpStream() = default;

Task<Result<std::optional<std::string>>> HttpStream::read() {
  return conversation_->read();
}
Task<Result<std::string>> HttpStream::read_all(std::size_t limit) {
  return conversation_->read_all(limit);
}

HttpClient::HttpClient(HttpClientOptions options)
    : options_(std::make_shared<const HttpClientOptions>(std::move(options))) {}

Task<Result<HttpResponse>> HttpClient::get(std::string url, HttpFields headers) const {
  return send({.method = "GET", .url = std::move(url), .headers = std::move(headers)});
}

Task<Result<HttpResponse>> HttpClient::post(std::string url, std::string body, std::string content_type,
                                            HttpFields headers) const {
  headers.emplace_back("Content-Type", std::move(content_type));
  return send({.method = "POST", .url = std::move(url), .headers = std::move(headers), .body = std::move(body)});
}

Task<Result<HttpResponse>> HttpClient::send(HttpRequest request) const {
  return send_whole(options_, std::move(request));
}

Task<Result<HttpStream>> HttpClient::open(HttpRequest request) const {
  return open_stream(options_, std::move(request));
}

}  // namespace folio
