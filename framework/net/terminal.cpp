#include "net/terminal.hpp"

#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace folio::net {
namespace {

// The mode that we found. What atexit() calls has no object to ask, so this one variable is the process's.
struct FoundMode {
  termios mode{};
  bool changed = false;
};
FoundMode& found_mode() {
  static FoundMode found;
  return found;
}

void restore_mode() {
  auto& found = found_mode();
  if (!found.changed) return;
  found.changed = false;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &found.mode);
}

bool set_key_mode() {
  auto& found = found_mode();
  termios mode{};
  if (::tcgetattr(STDIN_FILENO, &mode) != 0) return false;
  if (!found.changed) found.mode = mode;
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &mode) != 0) return false;
  found.changed = true;
  return true;
}

}  // namespace

struct Terminal::Input {
  uv_tty_t tty{};
  uv_signal_t resumed{};
  Terminal* owner = nullptr;
  std::array<char, 64> bytes{};
  std::function<void(char)> on_key;
  int open_handles = 0;

  static void closed(uv_handle_t* handle) {
    auto* self = static_cast<Input*>(handle->data);
    if (--self->open_handles == 0) delete self;
  }
};

Terminal::Terminal(uv_loop_s* loop) : loop_(loop) {}

Terminal::~Terminal() {
  if (input_ == nullptr) return;
  input_->owner = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&input_->tty), Input::closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&input_->resumed), Input::closed);
  restore_mode();
}

bool Terminal::start(std::function<void(char)> on_key) {
  // From the background, changing the mode or reading would stop us (SIGTTOU, SIGTTIN).
  if (::isatty(STDIN_FILENO) != 1 || ::tcgetpgrp(STDIN_FILENO) != ::getpgrp()) return false;
  auto* input = new Input;
  input->tty.data = input;
  if (uv_tty_init(loop_, &input->tty, STDIN_FILENO, 1) != 0) {
    delete input;
    return false;
  }
  input->owner = this;
  input->on_key = std::move(on_key);
  input->resumed.data = input;
  input->open_handles = 2;
  uv_signal_init(loop_, &input->resumed);
  input_ = input;
  set_key_mode();
  static const bool registered = std::atexit(restore_mode) == 0;
  static_cast<void>(registered);
  // A shell puts the mode back while we are stopped by Ctrl-Z.
  uv_signal_start(&input->resumed, [](uv_signal_t*, int) { set_key_mode(); }, SIGCONT);
  uv_unref(reinterpret_cast<uv_handle_t*>(&input->resumed));
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&input->tty),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto* self = static_cast<Input*>(handle->data);
        *buffer = uv_buf_init(self->bytes.data(), static_cast<unsigned>(self->bytes.size()));
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        auto* self = static_cast<Input*>(stream->data);
        if (count < 0) {
          uv_read_stop(stream);
          return;
        }
        for (ssize_t at = 0; at < count && self->owner != nullptr; ++at) self->on_key(buffer->base[at]);
      });
  uv_unref(reinterpret_cast<uv_handle_t*>(&input->tty));
  return true;
}

bool shows_colour(int file) {
  const char* none = std::getenv("NO_COLOR");
  if (none != nullptr && *none != '\0') return false;
  const char* kind = std::getenv("TERM");
  if (kind != nullptr && std::string_view(kind) == "dumb") return false;
  return ::isatty(file) == 1;
}

}  // namespace folio::net
