#include "app/client_stream.hpp"

#include <utility>

namespace folio::app {

// Those of one loop, so that they end with it.
class ClientStream::Registry {
 public:
  explicit Registry(net::Loop&) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry() {
    while (first != nullptr) {
      ClientStream& stream = *first;
      stream.unlink();
      stream.close();
    }
  }
  ClientStream* first = nullptr;
};

ClientStream::ClientStream(net::Loop& loop) : tcp_(loop, *this) {
  auto& first = loop.local<Registry>().first;
  next_ = first;
  link_ = &first;
  if (first != nullptr) first->link_ = &next_;
  first = this;
}

ClientStream::~ClientStream() {
  unlink();
}

void ClientStream::unlink() noexcept {
  if (link_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  link_ = nullptr;
}

std::shared_ptr<ClientStream> ClientStream::open(net::Loop& loop, net::ConnectTarget target) {
  std::shared_ptr<ClientStream> stream(new ClientStream(loop));
  stream->self_ = stream;
  stream->tcp_.connect(std::move(target));
  return stream;
}

std::shared_ptr<ClientStream> ClientStream::adopt(net::Loop& loop, int fd) {
  std::shared_ptr<ClientStream> stream(new ClientStream(loop));
  stream->self_ = stream;
  if (stream->tcp_.adopt(fd)) stream->state_ = State::Open;
  return stream;
}

void ClientStream::set_deadline(std::chrono::milliseconds time) {
  late_ = false;
  if (state_ == State::Gone) return;
  if (!alarm_) {
    alarm_ = std::make_unique<net::Alarm>(tcp_.loop().raw(), [this] {
      net::Loop& loop = tcp_.loop();
      late_ = true;
      notify();
      loop.end_turn();
    });
  }
  alarm_->set(time);
}

void ClientStream::clear_deadline() {
  if (alarm_) alarm_->cancel();
  late_ = false;
}

void ClientStream::consume(std::size_t bytes) noexcept {
  input_.consume(bytes);
  if (input_.empty()) input_.release();
  if (state_ == State::Open && input_.size() < most_input) tcp_.resume_reading();
}

void ClientStream::close() noexcept {
  waker_ = {};
  alarm_.reset();
  if (state_ == State::Gone) return;
  tcp_.close();
}

void ClientStream::on_connected() noexcept {
  state_ = State::Open;
  notify();
}

void ClientStream::on_data(std::span<char> bytes) noexcept {
  input_.append({bytes.data(), bytes.size()});
  if (input_.size() >= most_input) tcp_.pause_reading();
  notify();
}

void ClientStream::on_end() noexcept {
  state_ = State::Ended;
  truncated_ = tcp_.truncated();
  notify();
}

void ClientStream::on_closed() noexcept {
  const auto self = std::exchange(self_, nullptr);  // the last reference, perhaps
  state_ = State::Gone;
  failure_ = tcp_.failure();
  alarm_.reset();
  unlink();
  notify();
}

void ClientStream::notify() noexcept {
  changed_ = true;
  if (waker_) std::exchange(waker_, {}).wake();
}

}  // namespace folio::app
