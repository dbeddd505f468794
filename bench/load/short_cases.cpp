// Connections that come and go: connect, tls-handshake, churn and upgrade; and idle, where they only come.
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <thread>

#include "cases.hpp"
#include "fail.hpp"
#include "http.hpp"
#include "loop.hpp"
#include "websocket.hpp"

namespace load {
namespace {

// What all of them share: a place for one connection after the other.
class Visitor : public Handler {
 public:
  Visitor(const Context& context, Loop& loop, Window& window) : context_(context), loop_(loop), window_(window) {}

  void begin() {
    begun_ = Clock::now();
    transport_.connect(context_.options.port, context_.tls, true);
    transport_.set_blocking(false);
    loop_.add(transport_.fd(), *this);
    sent_ = false;
    say_first();
  }

  void on_readable() final {
    if (!sent_) {
      say_first();
      if (!sent_) return;
    }
    do {
      const long got = transport_.read(loop_.buffer(), Loop::buffer_size);
      if (got == Transport::blocked) return;
      if (!hear({loop_.buffer(), static_cast<std::size_t>(got)})) continue;
      transport_.close();
      begin();
      return;
    } while (transport_.has_pending());
  }

 protected:
  // What is sent first, once TLS is there.
  virtual std::string_view first() = 0;
  // What came; empty at the end of the stream. True when the connection is over.
  virtual bool hear(std::string_view input) = 0;

  void say(std::string_view text) {
    // It is far shorter than any socket's buffer.
    if (transport_.write(text.data(), text.size()) != static_cast<long>(text.size())) fail("a short write");
  }
  void done() {
    window_.latency(begun_, Clock::now());
    window_.operations(1);
  }

  const Context& context_;
  Loop& loop_;
  Window& window_;
  Transport transport_;
  Clock::time_point begun_;

 private:
  void say_first() {
    if (!transport_.handshake()) return;
    sent_ = true;
    say(first());
  }
  bool sent_ = false;
};

class OneRequest final : public Visitor {
 public:
  OneRequest(const Context& context, Loop& loop, Window& window, const std::string& request, Expected& expected)
      : Visitor(context, loop, window), request_(request), reader_(expected) {}

 private:
  std::string_view first() override { return request_; }
  bool hear(std::string_view input) override {
    if (input.empty()) fail("the server closed a connection before it had answered");
    if (reader_.take(input) == 0) return false;
    if (context_.options.resume && !transport_.resumed()) fail("the server did not resume the TLS session");
    done();
    return true;
  }

  const std::string& request_;
  AnswerReader reader_;
};

// Joins a room, hears itself there, says goodbye.
class Guest final : public Visitor {
 public:
  Guest(const Context& context, Loop& loop, Window& window, const std::string& path, std::size_t index)
      : Visitor(context, loop, window),
        request_(upgrade_request(path, false)),
        message_(make_frame(text_frame(), "guest " + std::to_string(index), true)),
        echo_(make_frame(text_frame(), "guest " + std::to_string(index), false)) {}

 private:
  std::string_view first() override {
    state_ = State::Upgrading;
    input_.clear();
    return request_;
  }
  bool hear(std::string_view input) override {
    if (input.empty()) {
      if (state_ != State::Closed) fail("the server closed a connection without a Close frame");
      done();
      return true;
    }
    input_ += input;
    if (state_ == State::Upgrading) {
      const auto end = input_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      check_upgrade(input_.substr(0, end + 4), false);
      input_.erase(0, end + 4);
      state_ = State::Joined;
      say(message_);
    }
    // All frames are short: what guests of the same room say, and the Close.
    while (input_.size() >= 2 && input_.size() >= 2u + static_cast<unsigned char>(input_[1])) {
      const std::string frame = input_.substr(0, 2u + static_cast<unsigned char>(input_[1]));
      input_.erase(0, frame.size());
      hear_frame(frame);
    }
    return false;
  }
  void hear_frame(const std::string& frame) {
    static const std::string goodbye =
        make_frame(fin_bit | static_cast<unsigned char>(Opcode::Close), "\x03\xe8", true);
    if (frame == echo_ && state_ == State::Joined) {
      state_ = State::Leaving;
      say(goodbye);
    } else if (frame == std::string_view("\x88\x02\x03\xe8") && state_ == State::Leaving) {
      state_ = State::Closed;
    } else if (state_ == State::Closed || frame == echo_ || frame.substr(2, 6) != "guest ") {
      fail("a guest gets '" + shown(frame) + "'");
    }
  }

  enum class State { Upgrading, Joined, Leaving, Closed } state_ = State::Upgrading;
  std::string request_, message_, echo_, input_;
};

// Upgrades, and stays until as many others have come as may be open.
class Newcomer final : public Visitor {
 public:
  Newcomer(const Context& context, Loop& loop, Window& window, const std::string& path, std::deque<Transport>& open)
      : Visitor(context, loop, window), request_(upgrade_request(path, context.options.deflate)), open_(open) {}

 private:
  std::string_view first() override {
    head_.clear();
    begun_ = Clock::now();  // from the request on, the connection is there already
    return request_;
  }
  bool hear(std::string_view input) override {
    if (input.empty()) fail("the server closed a connection before it had upgraded");
    head_ += input;
    if (!head_.ends_with("\r\n\r\n")) return false;
    done();
    check_upgrade(head_, context_.options.deflate);
    open_.pop_front();
    open_.push_back(std::move(transport_));
    return true;
  }

  std::string request_, head_;
  std::deque<Transport>& open_;
};

template <typename Make>
void run_visitors(const Context& context, std::size_t count, Make make) {
  Loop loop;
  Window window(context.options);
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (std::size_t i = 0; i < count; ++i) visitors.push_back(make(loop, window, i));
  for (auto& visitor : visitors) visitor->begin();
  window.start();
  loop.run(window);
  window.print();
}

void run_one_request(const Context& context) {
  const Options& options = context.options;
  const std::string path = options.path.empty() ? "/" : options.path;
  const std::string request = get_request(options, path);
  Transport first;  // with TLS it also brings the session to resume
  first.connect(options.port, context.tls);
  Expected expected = learn_answer(options, first, request, path);
  run_visitors(context, options.connections, [&](Loop& loop, Window& window, std::size_t) {
    return std::make_unique<OneRequest>(context, loop, window, request, expected);
  });
}

}  // namespace

void run_connect(const Context& context) {
  run_one_request(context);
}

void run_tls_handshake(const Context& context) {
  run_one_request(context);
}

void run_churn(const Context& context) {
  const Options& options = context.options;
  const std::size_t rooms = options.rooms == 0 ? options.connections : options.rooms;
  const std::string prefix = options.path.empty() ? "/ws/room/churn" : options.path;
  run_visitors(context, options.connections, [&](Loop& loop, Window& window, std::size_t i) {
    return std::make_unique<Guest>(context, loop, window, prefix + std::to_string(i % rooms), i);
  });
}

void run_upgrade(const Context& context) {
  const Options& options = context.options;
  const std::string path = options.path.empty() ? "/ws/echo" : options.path;
  std::deque<Transport> open;
  for (auto& socket : open_sockets(options, context.tls, options.connections, [&](std::size_t) { return path; })) {
    open.push_back(std::move(socket));
  }
  run_visitors(context, options.in_flight, [&](Loop& loop, Window& window, std::size_t) {
    return std::make_unique<Newcomer>(context, loop, window, path, open);
  });
}

void run_idle(const Context& context) {
  const Options& options = context.options;
  const std::string path = options.path.empty() ? "/ws/echo" : options.path;
  const auto path_of = [&](std::size_t) { return path; };
  // What a server allocates once is not what a connection takes.
  const auto first = open_sockets(options, context.tls, std::min<std::size_t>(options.connections, 64), path_of);
  const auto begun = Clock::now();
  const Usage before = usage_now(options.server_pids);
  const auto sockets = open_sockets(options, context.tls, options.connections, path_of);
  std::this_thread::sleep_for(std::chrono::duration<double>(0.3 + options.warmup));
  const Usage after = usage_now(options.server_pids);
  for (const auto& socket : sockets) {
    char byte;
    if (::recv(socket.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) fail("the server closed an idle connection");
  }
  const double kib = static_cast<double>(after.rss_kib) - static_cast<double>(before.rss_kib);
  char more[64];
  std::snprintf(more, sizeof(more), R"("rss_kib_per_connection":%.3f)", kib / static_cast<double>(options.connections));
  print_result(options.connections, std::chrono::duration<double>(Clock::now() - begun).count(), before, after, {},
               more);
}

}  // namespace load
