#include "app/stream_sink.hpp"

#include <utility>

#include "app/connection.hpp"
#include "http/response_writer.hpp"

namespace folio::detail {

void StreamSink::write(std::string_view bytes) {
  if (connection_ == nullptr || bytes.empty()) return;
  if (bytes.size() > left_) {
    excess_ = true;
    bytes = bytes.substr(0, left_);
  }
  left_ -= bytes.size();
  written_ += bytes.size();
  base::Buffer& out = connection_->tcp().output();
  if (chunked_) {
    http::write_chunk(out, bytes);
  } else {
    out.append(bytes);
  }
  connection_->stream_written();
}

bool StreamSink::ready() const noexcept {
  return connection_ != nullptr && !connection_->stream_full();
}

void StreamSink::wait(std::coroutine_handle<> awaiting) {
  waker_ = Waker(awaiting);
  writer_ = ActivityRef(Activity::current());
  if (connection_ == nullptr) writer_->abort();
}

void StreamSink::detach() noexcept {
  connection_ = nullptr;
  if (writer_) std::exchange(writer_, {})->abort();
}

StreamWriteAwaiter::StreamWriteAwaiter(std::shared_ptr<StreamSink> sink, std::string_view bytes)
    : sink_(std::move(sink)) {
  sink_->write(bytes);
}
StreamWriteAwaiter::~StreamWriteAwaiter() {
  if (waiting_) sink_->stop_waiting();
}
bool StreamWriteAwaiter::await_ready() const {
  return sink_->ready();
}
void StreamWriteAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  waiting_ = true;
  sink_->wait(awaiting);
}

}  // namespace folio::detail

namespace folio {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
  out += '\n';
}

// Each line of the text behind `prefix`; CRLF, LF and CR end a line. HTML Living Standard §9.2.5.
void append_lines(std::string& out, std::string_view prefix, std::string_view text) {
  for (;;) {
    const std::size_t end = text.find_first_of("\r\n");
    out.append(prefix).append(text.substr(0, end)).append("\n");
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  }
}

}  // namespace

std::string EventStream::format(const ServerEvent& event) {
  std::string out;
  if (!event.event.empty()) append_field(out, "event", event.event);
  if (!event.id.empty()) append_field(out, "id", event.id);
  if (event.retry) append_field(out, "retry", std::to_string(event.retry->count()));
  append_lines(out, "data: ", event.data);
  out += '\n';
  return out;
}

detail::StreamWriteAwaiter EventStream::comment(std::string_view text) {
  std::string out;
  append_lines(out, ": ", text);
  out += '\n';
  return out_.write(out);
}

}  // namespace folio
