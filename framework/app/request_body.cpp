#include "app/request_body.hpp"

#include <folio/offload.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "app/connection.hpp"
#include "app/exchange.hpp"

namespace folio::detail {

bool RequestBody::ready() {
  if (connection_ != nullptr && !std::exchange(begun_, true)) {
    connection_->begin_body(std::max(length_.value_or(0), received_) > limit_);
    // Refused: all of it may have come, and yet it is none.
    if (connection_ == nullptr) ended_ = false;
  }
  return ended_ || (connection_ != nullptr && !arrived_.empty());
}

void RequestBody::wait(std::coroutine_handle<> awaiting) {
  waker_ = Waker(awaiting);
  reader_ = ActivityRef(Activity::current());
  if (connection_ == nullptr) reader_->abort();
}

std::optional<std::string> RequestBody::take() {
  if (arrived_.empty()) return std::nullopt;
  std::string bytes = std::exchange(arrived_, {});
  if (!ended_) connection_->body_taken();
  return bytes;
}

bool RequestBody::append(std::string_view bytes) {
  received_ += bytes.size();
  if (begun_ && received_ > limit_) return false;
  arrived_.append(bytes);
  waker_.wake();
  return true;
}

void RequestBody::end() {
  ended_ = true;
  waker_.wake();
}

void RequestBody::detach() noexcept {
  connection_ = nullptr;
  if (reader_) std::exchange(reader_, {})->abort();
}

BodyReadAwaiter::~BodyReadAwaiter() {
  if (waiting_) body_->stop_waiting();
}
bool BodyReadAwaiter::await_ready() const {
  return body_->ready();
}
void BodyReadAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  waiting_ = true;
  body_->wait(awaiting);
}
std::optional<std::string> BodyReadAwaiter::await_resume() {
  if (std::exchange(waiting_, false)) body_->stop_waiting();
  return body_->take();
}

}  // namespace folio::detail

namespace folio {

namespace {

AppError file_error(const std::string& path, int error) {
  return AppError::internal("cannot write " + path + ": " + std::strerror(error));
}

// A file that is being written: gone again unless it is kept.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(path_.c_str());
  }
  // Each gives an errno, or 0.
  int open() {
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    return file_ < 0 ? errno : 0;
  }
  int write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
  }
  // A full disk may be told of only here.
  int keep() { return ::close(std::exchange(file_, -1)) != 0 ? errno : 0; }

 private:
  std::string path_;
  int file_ = -1;
};

}  // namespace

Result<BodyStream> BodyStream::from_request(Request& request) {
  auto& body = request.data().exchange->incoming;
  if (!body) {
    body = std::make_shared<detail::RequestBody>(nullptr, request.body().size(), 0);
    (void)body->append(request.body());
    body->end();
  }
  return BodyStream(body);
}

void BodyStream::limit(std::uint64_t bytes) {
  body_->set_limit(bytes);
}

std::optional<std::uint64_t> BodyStream::length() const {
  return body_->length();
}

Task<Result<std::string>> BodyStream::read_all(std::uint64_t limit) {
  BodyStream body = *this;
  const AppError too_large(413, "the body is larger than " + std::to_string(limit) + " bytes");
  if (body.length().value_or(0) > limit) co_return too_large;
  std::string all;
  while (auto piece = co_await body.read()) {
    if (piece->size() > limit - all.size()) co_return too_large;
    all.append(*piece);
  }
  co_return all;
}

Task<Result<std::uint64_t>> BodyStream::save(std::string path) {
  BodyStream body = *this;
  // Shared with the pool: a handler that ends while the disk is busy leaves the job behind.
  const auto file = std::make_shared<NewFile>(path);
  if (const int error = co_await offload([file] { return file->open(); })) co_return file_error(path, error);
  std::uint64_t size = 0;
  while (auto piece = co_await body.read()) {
    size += piece->size();
    const int error = co_await offload([file, bytes = *std::move(piece)] { return file->write(bytes); });
    if (error != 0) co_return file_error(path, error);
  }
  if (const int error = co_await offload([file] { return file->keep(); })) co_return file_error(path, error);
  co_return size;
}

}  // namespace folio
