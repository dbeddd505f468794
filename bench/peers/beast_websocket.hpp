// The WebSocket sessions of beast.cpp: echo, with and without permessage-deflate, and rooms. One asynchronous operation
// of each kind at a time, and a queue of what is to be written, as the documentation of Boost.Beast has it.
#pragma once

#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "options.hpp"

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
namespace net = boost::asio;

struct Message {
  std::string payload;
  bool is_text;
};

// A member of a room, over TCP or TLS.
class Member {
 public:
  virtual ~Member() = default;
  virtual void send(std::shared_ptr<const Message> message) = 0;
};

using Room = std::unordered_set<Member*>;
inline std::map<std::string, Room, std::less<>> rooms;  // one thread: no lock

// What the documentation wraps into a stream; ours of one thread need no strand.
template <class Stream>
class WebSocketSession final : public Member, public std::enable_shared_from_this<WebSocketSession<Stream>> {
 public:
  explicit WebSocketSession(Stream&& stream) : stream_(std::move(stream)) {}

  ~WebSocketSession() override {
    if (room_.empty()) return;
    const auto found = rooms.find(room_);
    found->second.erase(this);
    if (found->second.empty()) rooms.erase(found);
  }

  void run(http::request<http::empty_body> request) {
    constexpr std::string_view prefix = "/ws/room/";
    const std::string_view path(request.target().data(), request.target().size());
    if (path.starts_with(prefix)) room_ = path.substr(prefix.size());
    beast::get_lowest_layer(stream_).expires_never();  // the stream has time limits of its own
    stream_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    stream_.set_option(websocket::stream_base::decorator(
        [](websocket::response_type& response) { response.set(http::field::date, http_date()); }));
    if (path == "/ws/deflate") {
      websocket::permessage_deflate deflate;
      deflate.server_enable = true;
      stream_.set_option(deflate);
    }
    stream_.read_message_max(64 * 1024 * 1024);
    stream_.auto_fragment(false);  // the default makes a write for each 4 KiB
    request_ = std::move(request);
    stream_.async_accept(*request_, beast::bind_front_handler(&WebSocketSession::on_accept, this->shared_from_this()));
  }

  void send(std::shared_ptr<const Message> message) override {
    queue_.push_back(std::move(message));
    if (queue_.size() == 1) write_next();
  }

 private:
  void on_accept(beast::error_code error) {
    if (error) return;
    request_.reset();
    if (!room_.empty()) rooms[room_].insert(this);
    read();
  }

  void read() {
    stream_.async_read(buffer_, beast::bind_front_handler(&WebSocketSession::on_read, this->shared_from_this()));
  }

  void on_read(beast::error_code error, std::size_t) {
    if (error) return;
    if (room_.empty()) {  // an echo leaves as it came, without a copy
      stream_.text(stream_.got_text());
      stream_.async_write(buffer_.data(),
                          beast::bind_front_handler(&WebSocketSession::on_echo, this->shared_from_this()));
      return;
    }
    const auto message = std::make_shared<const Message>(beast::buffers_to_string(buffer_.data()), stream_.got_text());
    buffer_.consume(buffer_.size());
    for (Member* member : rooms.find(room_)->second) member->send(message);
    read();
  }

  void on_echo(beast::error_code error, std::size_t) {
    if (error) return;
    buffer_.consume(buffer_.size());
    read();
  }

  void write_next() {
    stream_.text(queue_.front()->is_text);
    stream_.async_write(net::buffer(queue_.front()->payload),
                        beast::bind_front_handler(&WebSocketSession::on_write, this->shared_from_this()));
  }

  void on_write(beast::error_code error, std::size_t) {
    if (error) return;
    queue_.pop_front();
    if (!queue_.empty()) write_next();
  }

  websocket::stream<Stream> stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request<http::empty_body>> request_;  // until it is accepted
  std::string room_;                                        // empty: an echo
  std::deque<std::shared_ptr<const Message>> queue_;        // the first is being written
};
