// A server in the test's own process, on a free port, and a blocking client for it.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <folio/route_unit.hpp>

#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/application.hpp"
#include "app/server.hpp"
#include "ws/handshake.hpp"
#include "ws/protocol.hpp"

namespace folio::test {

class TestServer {
 public:
  explicit TestServer(std::vector<const RouteUnit*> units, app::Config config = {}) {
    std::signal(SIGPIPE, SIG_IGN);
    config.host = "127.0.0.1";
    config.port = 0;
    if (config.threads == 0) config.threads = 1;
    server_ = std::make_unique<app::Server>(std::move(config));
    auto listening = server_->listen();
    if (!listening) ADD_FAILURE() << listening.error().message();
    auto application = app::Application::build(units);
    if (!application) ADD_FAILURE() << application.error().message();
    server_->publish(*std::move(application));
    thread_ = std::thread([this] { server_->run(); });
  }
  ~TestServer() { stop(); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  void begin_stop() { server_->stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    server_.reset();
  }
  void join() { thread_.join(); }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] app::Server& server() { return *server_; }

 private:
  std::unique_ptr<app::Server> server_;
  std::thread thread_;
};

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  [[nodiscard]] std::string field(std::string_view name) const {
    const auto at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

class Client {
 public:
  // `from`: the client's own address, of 127.0.0.0/8.
  explicit Client(std::uint16_t port, const char* from = nullptr) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (from != nullptr) {
      sockaddr_in own{};
      own.sin_family = AF_INET;
      ::inet_pton(AF_INET, from, &own.sin_addr);
      if (::bind(fd_, reinterpret_cast<sockaddr*>(&own), sizeof(own)) != 0) ADD_FAILURE() << "bind failed";
    }
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) ADD_FAILURE() << "connect failed";
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close();
  }
  void end() { ::shutdown(fd_, SHUT_WR); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // More bytes into the buffer; false at the end.
  bool more() {
    char chunk[16384];
    const ssize_t got = ::recv(fd_, chunk, sizeof(chunk), 0);
    if (got <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }
  std::string read_all() {
    while (more()) {
    }
    return std::exchange(buffer_, {});
  }
  // The next response; status 0 when the connection ended first. A HEAD's has no body.
  Answer read(bool head_request = false) {
    Answer answer;
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return answer;
    }
    answer.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::string length = answer.field("Content-Length");
    const std::size_t size = head_request || length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < size) {
      if (!more()) break;
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
  }
  Answer ask(std::string_view request, bool head_request = false) {
    send(request);
    return read(head_request);
  }
  Answer get(const std::string& path, const std::string& fields = {}) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n");
  }
  std::string& buffer() { return buffer_; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
  std::string buffer_;
};

// A WebSocket client over the protocol core's other role.
class SocketClient {
 public:
  SocketClient(std::uint16_t port, const std::string& path, const std::string& fields = {}) : client(port) {
    answer = client.ask("GET " + path +
                        " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                        fields + "\r\n");
  }
  bool send(std::string_view text, ws::Opcode opcode = ws::Opcode::Text) {
    return protocol.send(opcode, text, out) && flush();
  }
  bool close(std::uint16_t code = 1000) { return protocol.close(static_cast<ws::CloseCode>(code), {}, out) && flush(); }
  bool flush() {
    const bool sent = client.send(out.view());
    out.clear();
    return sent;
  }
  // The next message as text; "close N", "failed N" or "ended" for what is none.
  std::string next() {
    while (true) {
      std::span<char> input(client.buffer().data(), client.buffer().size());
      const ws::Event event = protocol.receive(input, out);
      std::string got;
      switch (event.kind) {
        case ws::Event::Kind::Text:
          got = std::string(event.payload);
          break;
        case ws::Event::Kind::Binary:
          got = "binary " + std::string(event.payload);
          break;
        case ws::Event::Kind::Ping:
          got = "ping " + std::string(event.payload);
          break;
        case ws::Event::Kind::Pong:
          got = "pong " + std::string(event.payload);
          break;
        case ws::Event::Kind::Close:
          got = "close " + std::to_string(static_cast<int>(event.code));
          break;
        case ws::Event::Kind::Failed:
          got = "failed " + std::to_string(static_cast<int>(event.code));
          break;
        case ws::Event::Kind::None:
          break;
      }
      client.buffer().erase(0, client.buffer().size() - input.size());
      if (!out.empty()) flush();
      if (event.kind != ws::Event::Kind::None) return got;
      if (!client.more()) return "ended";
    }
  }

  Client client;
  Answer answer;
  ws::Protocol protocol{ws::Role::Client};
  base::Buffer out;
};

}  // namespace folio::test
