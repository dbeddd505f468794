// HttpConversation: one request of ours and its response, over a connection from the pool or a new one; redirects
// included. What HttpClient and TestClient are made of. One coroutine at a time, on the loop's thread.
#pragma once

#include <folio/http_client.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/client_stream.hpp"
#include "http/body_decoder.hpp"
#include "http/response_head.hpp"
#include "http/url.hpp"
#include "net/loop.hpp"

namespace folio::detail {

class HttpConversation {
 public:
  // Makes connections in the place of TCP and TLS: for tests without a network.
  using Connector = std::function<std::shared_ptr<app::ClientStream>()>;

  HttpConversation(net::Loop& loop, std::shared_ptr<const HttpClientOptions> options, HttpRequest request,
                   Connector connector = {});
  HttpConversation(const HttpConversation&) = delete;
  HttpConversation& operator=(const HttpConversation&) = delete;
  ~HttpConversation();

  // Sends the request and gives the head of the response. Once; it must outlive the task, and so for the next.
  [[nodiscard]] Task<Result<HttpHead>> begin();
  // See HttpStream.
  [[nodiscard]] Task<Result<std::optional<std::string>>> read();
  [[nodiscard]] Task<Result<std::string>> read_all(std::size_t limit);

 private:
  enum class Sent : std::uint8_t { Whole, Interrupted };  // the latter: something of an answer came before its end

  [[nodiscard]] Task<Result<HttpHead>> exchange();
  [[nodiscard]] Task<Result<void>> connect();
  [[nodiscard]] Task<Result<Sent>> send();
  [[nodiscard]] Task<Result<void>> send_room(std::size_t most_unsent);
  [[nodiscard]] Task<Result<HttpHead>> receive_head();
  [[nodiscard]] std::optional<AppError> set_url(std::string_view text);
  [[nodiscard]] Result<HttpHead> take_head();
  [[nodiscard]] bool redirect(const HttpHead& head, std::optional<AppError>& fault);
  [[nodiscard]] std::string pool_key() const;
  [[nodiscard]] AppError fail(int status, std::string_view reason);
  [[nodiscard]] AppError broken(std::string_view when);
  void finish();

  net::Loop& loop_;
  std::shared_ptr<const HttpClientOptions> options_;
  HttpRequest request_;
  std::shared_ptr<const std::string> body_;
  Connector connector_;
  http::Url url_;
  std::shared_ptr<app::ClientStream> stream_;
  http::ResponseHeadParser parser_;
  http::BodyDecoder decoder_;
  std::optional<AppError> failure_;  // of the body: given again to whoever asks again
  unsigned redirects_ = 0;
  bool body_sent_ = false;
  bool answered_ = false;  // a byte of the answer has come
  bool until_close_ = false;
  bool keep_alive_ = false;
  bool whole_ = false;
};

}  // namespace folio::detail
