// A connection that always has a number of equal requests on their way. What answers mean is the Reader's affair:
// `std::size_t Reader::take(std::string_view)` checks bytes as they come and gives how many answers ended in them.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "fail.hpp"
#include "loop.hpp"
#include "transport.hpp"

namespace load {

// The requests of all connections: one repeated as often as there may be on their way at once.
struct Requests {
  std::string batch;
  std::size_t size;  // of one
  std::size_t in_flight;

  Requests(const std::string& request, std::size_t count) : size(request.size()), in_flight(count) {
    batch.reserve(size * count);
    for (std::size_t i = 0; i < count; ++i) batch += request;
  }
};

template <typename Reader>
class Pump final : public Handler {
 public:
  Pump(Loop& loop, Window& window, const Requests& requests, Transport transport, Reader reader)
      : loop_(loop),
        window_(window),
        requests_(requests),
        transport_(std::move(transport)),
        reader_(std::move(reader)),
        sent_at_(requests.in_flight) {}

  void start() {
    transport_.set_blocking(false);
    loop_.add(transport_.fd(), *this);
    send(requests_.in_flight, Clock::now());
  }

  // No more requests; those on their way are still answered.
  void stop() { stopped_ = true; }
  [[nodiscard]] bool is_done() const { return waiting_ == 0; }

  void on_readable() override {
    std::size_t done = 0;
    do {
      const long got = transport_.read(loop_.buffer(), Loop::buffer_size);
      if (got == Transport::blocked) break;
      if (got == 0) fail("the server closed a connection");
      done += reader_.take({loop_.buffer(), static_cast<std::size_t>(got)});
    } while (transport_.has_pending());
    if (done == 0) return;
    if (done > waiting_) fail("more answers than requests");
    const auto now = Clock::now();
    for (std::size_t i = 0; i < done; ++i) {
      window_.latency(sent_at_[oldest_], now);
      if (++oldest_ == sent_at_.size()) oldest_ = 0;
    }
    waiting_ -= done;
    window_.operations(done);
    if (!stopped_) send(done, now);
  }

  void on_writable() override {
    if (flush()) loop_.want_write(transport_.fd(), *this, false);
  }

 private:
  void send(std::size_t count, Clock::time_point now) {
    for (std::size_t i = 0; i < count; ++i) {
      sent_at_[newest_] = now;
      if (++newest_ == sent_at_.size()) newest_ = 0;
    }
    waiting_ += count;
    const bool was_empty = owed_ == 0;
    owed_ += count * requests_.size;
    if (was_empty && !flush()) loop_.want_write(transport_.fd(), *this, true);
  }

  // Whether all of it is out.
  bool flush() {
    while (owed_ != 0) {
      const std::size_t chunk = std::min(owed_, requests_.batch.size() - offset_);
      const long put = transport_.write(requests_.batch.data() + offset_, chunk);
      if (put == Transport::blocked) return false;
      owed_ -= static_cast<std::size_t>(put);
      offset_ = (offset_ + static_cast<std::size_t>(put)) % requests_.size;
    }
    return true;
  }

  Loop& loop_;
  Window& window_;
  const Requests& requests_;
  Transport transport_;
  Reader reader_;
  std::vector<Clock::time_point> sent_at_;  // a ring
  bool stopped_ = false;
  std::size_t oldest_ = 0;
  std::size_t newest_ = 0;
  std::size_t waiting_ = 0;  // for their answers
  std::size_t owed_ = 0;     // bytes that are still to be written
  std::size_t offset_ = 0;   // in the request that is being written
};

}  // namespace load
