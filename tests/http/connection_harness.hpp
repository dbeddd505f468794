// Drives a RequestParser the way a connection does, over bytes cut anywhere, and tells in words what came out.
// Every call gets a block of its own on the heap, exactly as long as it is: a pointer kept from an earlier call or a
// byte read past the end is then the sanitizer's business.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_parser.hpp"

namespace folio::http::testing {

struct Message {
  std::string method;
  std::string target;
  std::string path;
  std::string query;
  std::string host;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::string upgrade_protocols;
  Method known_method = Method::Other;
  TargetForm form = TargetForm::Origin;
  int minor_version = -1;
  Framing framing = Framing::None;
  bool keep_alive = false;
  bool upgrade = false;
  bool expect_continue = false;
  bool has_query = false;
  bool complete = false;

  friend bool operator==(const Message&, const Message&) = default;
};

struct Outcome {
  std::vector<Message> messages;  // the last one may be incomplete
  int status = 0;                 // of the error that ended the connection; 0: none
  std::string reason;
  bool at_boundary = false;
  std::size_t left = 0;  // bytes that no message took

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

class Connection {
 public:
  explicit Connection(const Limits& limits = {}) : parser_(limits) {}

  // False once the connection is lost.
  bool feed(std::string_view bytes) {
    pending_.append(bytes);
    while (step()) {
    }
    return outcome_.status == 0;
  }

  // What came out so far.
  Outcome outcome() const {
    Outcome result = outcome_;
    result.at_boundary = parser_.at_message_boundary();
    result.left = pending_.size();
    return result;
  }

 private:
  // True when there may be more to do with the bytes at hand.
  bool step() {
    const std::unique_ptr<char[]> copy = std::make_unique<char[]>(pending_.size());
    std::memcpy(copy.get(), pending_.data(), pending_.size());
    const std::string_view block(copy.get(), pending_.size());
    if (!in_body_) return step_head(block);
    std::string& body = outcome_.messages.back().body;
    const auto [state, consumed] = parser_.parse_body(block, [&](std::string_view run) { body.append(run); });
    pending_.erase(0, consumed);
    if (state == RequestParser::State::Error) return lose();
    if (state != RequestParser::State::MessageComplete) return false;
    return finish();
  }

  bool step_head(std::string_view block) {
    switch (parser_.parse_head(block)) {
      case RequestParser::State::HeadComplete:
        break;
      case RequestParser::State::Error:
        return lose();
      default:
        return false;
    }
    outcome_.messages.push_back(read(block));
    pending_.erase(0, parser_.head_size());
    if (parser_.message_complete()) return finish();
    in_body_ = true;
    return true;
  }

  bool lose() {
    outcome_.status = parser_.error().status;
    outcome_.reason = parser_.error().reason;
    pending_.clear();
    return false;
  }

  bool finish() {
    outcome_.messages.back().complete = true;
    parser_.reset();
    in_body_ = false;
    return !pending_.empty();
  }

  Message read(std::string_view block) const {
    const RequestHead& head = parser_.head();
    Message message;
    message.method = head.method_text.in(block);
    message.known_method = head.method;
    message.target = head.target.in(block);
    message.form = head.target_form;
    message.path = head.path_in(block);
    message.query = head.query.in(block);
    message.has_query = head.has_query;
    message.host = head.host.in(block);
    message.upgrade_protocols = head.upgrade_protocols.in(block);
    message.minor_version = head.minor_version;
    message.framing = head.framing;
    message.keep_alive = head.keep_alive;
    message.upgrade = head.upgrade;
    message.expect_continue = head.expect_continue;
    for (const Field& field : head.fields) {
      message.fields.emplace_back(field.name.in(block), field.value.in(block));
    }
    return message;
  }

  RequestParser parser_;
  Outcome outcome_;
  std::string pending_;
  bool in_body_ = false;
};

inline Outcome whole(std::string_view bytes, const Limits& limits = {}) {
  Connection connection(limits);
  connection.feed(bytes);
  return connection.outcome();
}

// In runs of `size` bytes.
inline Outcome in_runs(std::string_view bytes, std::size_t size, const Limits& limits = {}) {
  Connection connection(limits);
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    if (!connection.feed(bytes.substr(at, size))) break;
  }
  return connection.outcome();
}

inline Outcome split_at(std::string_view bytes, std::size_t at, const Limits& limits = {}) {
  Connection connection(limits);
  if (connection.feed(bytes.substr(0, at))) connection.feed(bytes.substr(at));
  return connection.outcome();
}

}  // namespace folio::http::testing
