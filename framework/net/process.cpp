#include "net/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cerrno>

extern char** environ;

namespace folio::net {
namespace {

// What the kernel may still hold of a dead child's output is read in runs of this many bytes.
constexpr std::size_t kDrainBytes = 16 * 1024;

std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto name = text.substr(0, text.find('='));
    bool replaced = false;
    for (const auto& [key, value] : options.environment) replaced = replaced || key == name;
    if (!replaced) result.emplace_back(text);
  }
  for (const auto& [key, value] : options.environment) result.push_back(key + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

// The handles of one child. Owned by itself: a libuv handle must not be freed before its close callback.
struct Process::Child {
  struct Output {
    uv_pipe_t handle{};
    bool open = false;
    std::array<char, 16 * 1024> bytes{};
    std::function<void(std::string_view)> sink;
  };

  Process* owner = nullptr;  // null once the Process is gone
  uv_process_t handle{};
  Output output;
  Output errors;
  std::function<void(ProcessExit)> on_exit;
  bool own_group = false;
  int open_handles = 0;

  void open_pipe(uv_loop_t* loop, Output& pipe, std::function<void(std::string_view)> sink) {
    uv_pipe_init(loop, &pipe.handle, 0);
    pipe.handle.data = this;
    pipe.open = true;
    pipe.sink = std::move(sink);
    ++open_handles;
  }

  void close_pipe(Output& pipe) {
    if (!pipe.open) return;
    pipe.open = false;
    uv_close(reinterpret_cast<uv_handle_t*>(&pipe.handle), closed);
  }

  void close_all() {
    close_pipe(output);
    close_pipe(errors);
    if (!uv_is_closing(reinterpret_cast<uv_handle_t*>(&handle))) {
      uv_close(reinterpret_cast<uv_handle_t*>(&handle), closed);
    }
  }

  static void closed(uv_handle_t* handle) {
    auto* self = static_cast<Child*>(handle->data);
    if (--self->open_handles == 0) delete self;
  }

  Output& of(const void* stream) { return stream == static_cast<void*>(&output.handle) ? output : errors; }

  void read(Output& pipe) {
    uv_read_start(
        reinterpret_cast<uv_stream_t*>(&pipe.handle),
        [](uv_handle_t* stream, std::size_t, uv_buf_t* buffer) {
          auto& target = static_cast<Child*>(stream->data)->of(stream);
          *buffer = uv_buf_init(target.bytes.data(), static_cast<unsigned>(target.bytes.size()));
        },
        [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
          auto* self = static_cast<Child*>(stream->data);
          auto& source = self->of(stream);
          if (count < 0) {
            self->close_pipe(source);
          } else if (count > 0 && source.sink) {
            source.sink({buffer->base, static_cast<std::size_t>(count)});
          }
        });
  }

  // Whatever the child wrote before it died is in the pipe by now. A grandchild may hold the pipe open for ever, so
  // this stops when it would have to wait, not at the end of the stream.
  void drain(Output& pipe) {
    if (!pipe.open) return;
    uv_read_stop(reinterpret_cast<uv_stream_t*>(&pipe.handle));
    uv_os_fd_t file = -1;
    if (uv_fileno(reinterpret_cast<uv_handle_t*>(&pipe.handle), &file) != 0) return;
    std::array<char, kDrainBytes> bytes;
    while (true) {
      const ssize_t count = ::read(file, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      if (pipe.sink) pipe.sink({bytes.data(), static_cast<std::size_t>(count)});
    }
  }

  static void exited(uv_process_t* process, std::int64_t status, int signal) {
    auto* self = static_cast<Child*>(process->data);
    self->drain(self->output);
    self->drain(self->errors);
    auto on_exit = std::move(self->on_exit);
    if (self->owner != nullptr) self->owner->child_ = nullptr;
    self->close_all();
    if (on_exit) on_exit({static_cast<int>(status), signal});
  }
};

Process::Process(uv_loop_s* loop) : loop_(loop) {}

Process::~Process() {
  if (child_ == nullptr) return;
  kill(SIGKILL);
  child_->owner = nullptr;
  child_->output.sink = nullptr;
  child_->errors.sink = nullptr;
  child_->on_exit = nullptr;  // the handle stays until the child is reaped, then closes itself
}

std::string Process::start(const ProcessOptions& options, Callbacks callbacks) {
  auto* child = new Child;
  child->owner = this;
  child->own_group = options.own_group;
  child->on_exit = std::move(callbacks.on_exit);
  child->handle.data = child;

  std::vector<uv_stdio_container_t> files;
  auto add_stream = [&](ProcessOptions::Stream kind, int inherited, Child::Output& pipe,
                        std::function<void(std::string_view)> sink) {
    uv_stdio_container_t file{};
    file.flags = UV_IGNORE;
    if (kind == ProcessOptions::Stream::Inherit) {
      file.flags = UV_INHERIT_FD;
      file.data.fd = inherited;
    } else if (kind == ProcessOptions::Stream::Pipe) {
      child->open_pipe(loop_, pipe, std::move(sink));
      file.flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
      file.data.stream = reinterpret_cast<uv_stream_t*>(&pipe.handle);
    }
    files.push_back(file);
  };
  files.push_back({});  // standard input: nothing
  files.back().flags = UV_IGNORE;
  add_stream(options.output, 1, child->output, std::move(callbacks.on_output));
  add_stream(options.errors, 2, child->errors, std::move(callbacks.on_errors));
  for (const int fd : options.files) {
    uv_stdio_container_t file{};
    file.flags = UV_INHERIT_FD;
    file.data.fd = fd;
    files.push_back(file);
  }

  auto arguments = options.arguments;
  auto argument_pointers = pointers(arguments);
  auto environment = environment_of(options);
  auto environment_pointers = pointers(environment);

  uv_process_options_t settings{};
  settings.file = argument_pointers.front();
  settings.args = argument_pointers.data();
  settings.env = environment_pointers.data();
  settings.cwd = options.folder.empty() ? nullptr : options.folder.c_str();
  settings.flags = options.own_group ? static_cast<unsigned>(UV_PROCESS_DETACHED) : 0U;
  settings.stdio = files.data();
  settings.stdio_count = static_cast<int>(files.size());
  settings.exit_cb = Child::exited;

  ++child->open_handles;  // uv_spawn initialises the handle even when it fails
  const int code = uv_spawn(loop_, &child->handle, &settings);
  if (code != 0) {
    child->owner = nullptr;
    child->close_all();
    return std::string("cannot start ") + options.arguments.front() + ": " + uv_strerror(code);
  }
  child_ = child;
  if (child->output.open) child->read(child->output);
  if (child->errors.open) child->read(child->errors);
  return {};
}

void Process::kill(int signal) {
  if (child_ == nullptr) return;
  const int id = child_->handle.pid;
  ::kill(child_->own_group ? -id : id, signal);
}

bool Process::running() const {
  return child_ != nullptr;
}
int Process::pid() const {
  return child_ == nullptr ? 0 : child_->handle.pid;
}

}  // namespace folio::net
