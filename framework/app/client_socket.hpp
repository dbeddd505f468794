// ClientSocket: the connection under a WebSocket that we opened: TCP or TLS, the handshake (ws/handshake_client), then
// a SocketCore in the client's role. It belongs to one loop, and ends with it at the latest.
#pragma once

#include <folio/result.hpp>
#include <folio/websocket.hpp>
#include <folio/websocket_client.hpp>

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "app/exchange.hpp"
#include "app/socket.hpp"
#include "http/response_head.hpp"
#include "http/url.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"
#include "ws/handshake_client.hpp"

namespace folio::app {

class ClientSocket final : private net::TcpEvents, private net::Swept {
 public:
  // What `co_await` gives once the connection is open, or is not going to be.
  class Opening {
   public:
    // Begins.
    explicit Opening(ClientSocket& socket);
    Opening(const Opening&) = delete;
    Opening& operator=(const Opening&) = delete;
    // Nobody waits any more: gives the attempt up.
    ~Opening();
    [[nodiscard]] bool await_ready() const noexcept { return outcome_.has_value(); }
    void await_suspend(std::coroutine_handle<> awaiting) { waker_ = detail::Waker(awaiting); }
    Result<WebSocket> await_resume() { return *std::move(outcome_); }

   private:
    friend class ClientSocket;
    ClientSocket* socket_;  // null once there is an outcome
    detail::Waker waker_;
    std::optional<Result<WebSocket>> outcome_;
  };

  // Owns itself from here on, until the transport is gone.
  [[nodiscard]] static Opening open(net::Loop& loop, http::Url url, WebSocketClientOptions options);

 private:
  // Those of one loop, so that they end with it.
  class Registry;

  ClientSocket(net::Loop& loop, http::Url url, WebSocketClientOptions options);
  ~ClientSocket() override;

  void on_connected() noexcept override;
  std::span<char> receive_space() noexcept override {
    return core_ ? core_->receive_space() : std::span<char>();
  }
  void on_data(std::span<char> bytes) noexcept override;
  void on_end() noexcept override;
  void on_drained() noexcept override;
  void on_closed() noexcept override;
  void sweep(std::uint32_t now) noexcept override;

  void begin() noexcept;
  void read_answer(std::span<char> bytes) noexcept;
  void establish(const ws::Established& established, const std::optional<ws::DeflateParameters>& deflate,
                 std::span<char> rest);
  void fail(int status, std::string reason) noexcept;
  void give_up() noexcept;
  void conclude(Result<WebSocket> outcome) noexcept;

  net::TcpConnection tcp_;
  http::Url url_;
  WebSocketClientOptions options_;
  SocketSettings settings_;
  ws::ClientRequest request_;
  std::string key_;
  base::Buffer answer_;  // as much as has come of it
  http::ResponseHeadParser parser_;
  Opening* opening_ = nullptr;  // null once there is an outcome
  std::shared_ptr<detail::SocketCore> core_;
  std::uint32_t deadline_;  // seconds of the loop's clock: for the server's answer
  ClientSocket* next_ = nullptr;
  ClientSocket** link_ = nullptr;
};

}  // namespace folio::app
