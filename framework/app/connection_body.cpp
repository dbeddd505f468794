// How a connection takes the bodies of requests: whole, or handed on as they arrive.
#include "app/connection.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "app/observe.hpp"
#include "app/worker.hpp"
#include "base/arriving.hpp"
#include "http/response_writer.hpp"

namespace folio::app {

namespace {

// Of the body; 0 where its length is not said.
std::uint64_t announced_bytes(const http::RequestHead& head) {
  return head.framing == http::Framing::Length ? head.content_length : 0;
}

}  // namespace

bool Connection::streams_body_in() const noexcept {
  return phase_ == Phase::Busy && exchange_->incoming && !exchange_->parser.message_complete();
}

std::size_t Connection::consume_body(std::string_view bytes) {
  since_ = worker_.loop().seconds();
  detail::RequestBody* const incoming = exchange_->incoming.get();
  const std::uint64_t max_body = worker_.config().http.max_body;
  const std::uint64_t announced = announced_bytes(*exchange_->data.head);
  bool too_large = false;
  const auto result = exchange_->parser.parse_body(bytes, [&](std::string_view run) {
    if (incoming != nullptr) {
      too_large = !incoming->append(run) || too_large;
      return;
    }
    std::string& body = exchange_->data.make_body();
    if (run.size() > max_body - body.size()) {
      too_large = true;
    } else {
      base::append_arrived(body, run, announced - std::min<std::uint64_t>(announced, body.size() + run.size()));
    }
  });
  if (too_large || result.state == http::RequestParser::State::Error) {
    const auto& error = exchange_->parser.error();
    fail_body(too_large ? 413 : error.status, too_large ? "the body is larger than this server reads" : error.reason);
    return bytes.size();
  }
  const bool complete = result.state == http::RequestParser::State::MessageComplete;
  more_came_ = bytes.size() > result.consumed;
  rate_.received(result.consumed);
  if (incoming != nullptr) {
    if (complete) {
      incoming->end();
    } else if (incoming->waiting() > worker_.config().max_body_buffer) {
      tcp_.pause_reading();
    }
  } else if (complete) {
    dispatch(true);
  }
  return result.consumed;
}

std::span<char> Connection::body_space() noexcept {
  std::string& body = exchange_->data.make_body();
  const std::uint64_t announced = announced_bytes(*exchange_->data.head);
  if (!stash_.empty() || announced <= body.size()) return {};
  return base::room_behind(body, announced - body.size());
}

void Connection::begin_body(bool too_large) {
  if (too_large) return fail_body(413, "the body is larger than this server reads");
  since_ = worker_.loop().seconds();
  // RFC 9110 §10.1.1: "A server MAY omit sending a 100 (Continue) response if it has already received some or all of the
  // content for the corresponding request".
  if (exchange_->data.head->expect_continue && exchange_->incoming->waiting() == 0 && streams_body_in()) {
    tcp_.output().append(http::continue_response);
  }
}

void Connection::body_taken() {
  since_ = worker_.loop().seconds();
  if (stash_.empty()) tcp_.resume_reading();
}

// The body cannot be had as it was sent. Who reads it as it arrives ends where it waits.
void Connection::fail_body(int status, std::string_view reason) {
  const bool begun_to_answer = exchange_->sink != nullptr;
  if (begun_to_answer) observe_end(*this, *exchange_, exchange_->status, exchange_->sink->written());
  if (activity_) std::exchange(activity_, {})->abort();
  exchange_->detach();
  if (begun_to_answer) return end_after_answer();  // it stays incomplete, which its reader can see
  refuse(status, reason);
}

// Asked once a second while the client could send.
bool Connection::body_is_late(std::uint32_t age) noexcept {
  const Config& config = worker_.config();
  return age > config.body_timeout || rate_.second_passed(config.body_grace, config.min_body_rate);
}

}  // namespace folio::app
