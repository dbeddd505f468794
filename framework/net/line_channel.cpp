#include "net/line_channel.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <memory>
#include <utility>

namespace folio::net {

struct LineChannel::Stream {
  LineChannel* owner = nullptr;
  uv_pipe_t handle{};
  Callbacks callbacks;
  std::array<char, 64 * 1024> bytes{};
  std::string partial;

  struct Write {
    uv_write_t request{};
    std::string line;
  };

  void take(std::string_view input) {
    while (!input.empty() && owner != nullptr) {
      const auto end = input.find('\n');
      if (end == std::string_view::npos) {
        partial.append(input);
        if (partial.size() > kMaxChannelLine) ended();
        return;
      }
      auto line = input.substr(0, end);
      input.remove_prefix(end + 1);
      if (partial.empty()) {
        callbacks.on_line(line);
      } else {
        partial.append(line);
        const auto whole = std::move(partial);
        partial.clear();
        callbacks.on_line(whole);
      }
    }
  }

  // The channel is closed first, so that a callback may drop or reopen it.
  void ended() {
    if (owner == nullptr) return;
    auto on_end = std::move(callbacks.on_end);
    owner->close();
    if (on_end) on_end();
  }
};

LineChannel::~LineChannel() {
  close();
}

std::string LineChannel::open(uv_loop_s* loop, int file, Callbacks callbacks) {
  auto* stream = new Stream;
  stream->owner = this;
  stream->callbacks = std::move(callbacks);
  stream->handle.data = stream;
  uv_pipe_init(loop, &stream->handle, 0);
  const int code = uv_pipe_open(&stream->handle, file);
  stream_ = stream;
  if (code != 0) {
    ::close(file);
    close();
    return std::string("cannot use the channel: ") + uv_strerror(code);
  }
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&stream->handle),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto* self = static_cast<Stream*>(handle->data);
        *buffer = uv_buf_init(self->bytes.data(), static_cast<unsigned>(self->bytes.size()));
      },
      [](uv_stream_t* handle, ssize_t count, const uv_buf_t* buffer) {
        auto* self = static_cast<Stream*>(handle->data);
        if (count < 0) {
          self->ended();
        } else if (count > 0) {
          self->take({buffer->base, static_cast<std::size_t>(count)});
        }
      });
  return {};
}

void LineChannel::send(std::string_view line) {
  if (stream_ == nullptr) return;
  auto write = std::make_unique<Stream::Write>();
  write->line.reserve(line.size() + 1);
  write->line.append(line).push_back('\n');
  auto buffer = uv_buf_init(write->line.data(), static_cast<unsigned>(write->line.size()));
  auto* request = &write->request;
  request->data = write.release();
  const int code = uv_write(request, reinterpret_cast<uv_stream_t*>(&stream_->handle), &buffer, 1,
                            [](uv_write_t* done, int) { delete static_cast<Stream::Write*>(done->data); });
  if (code != 0) delete static_cast<Stream::Write*>(request->data);
}

void LineChannel::close() {
  if (stream_ == nullptr) return;
  auto* stream = std::exchange(stream_, nullptr);
  stream->owner = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&stream->handle),
           [](uv_handle_t* handle) { delete static_cast<Stream*>(handle->data); });
}

bool make_channel(int& ours, int& theirs) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
  ours = ends[0];
  theirs = ends[1];
  return true;
}

}  // namespace folio::net
