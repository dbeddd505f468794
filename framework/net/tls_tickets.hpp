// TlsTicketKeys: what session tickets are encrypted with (RFC 5077, RFC 8446 §4.6.1). All contexts of a server share
// one, so that a client resumes on every loop, under a renewed certificate, and at the process that takes over.
//
// A key makes new tickets for one rotation, and opens them for `kept - 1` more: whoever gets hold of a key later can
// read no more than what was resumed meanwhile (TLS 1.3 has forward secrecy even so, by its new key exchange).
//
// Thread rule: any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio::net {

class TlsTicketKeys {
 public:
  struct Key {
    std::array<unsigned char, 16> name;      // in the ticket, in clear
    std::array<unsigned char, 32> cipher;    // AES-256
    std::array<unsigned char, 32> mac;       // HMAC-SHA-256
    std::int64_t made;                       // seconds of the system's clock, which other processes share
  };
  using Clock = std::function<std::int64_t()>;

  // The key that is in use, and those before it whose tickets are still taken.
  static constexpr std::size_t kept = 3;

  // `clock` gives seconds; the system's by default.
  explicit TlsTicketKeys(std::chrono::seconds rotation, Clock clock = {});
  ~TlsTicketKeys();
  TlsTicketKeys(const TlsTicketKeys&) = delete;
  TlsTicketKeys& operator=(const TlsTicketKeys&) = delete;

  // What a new ticket is made with.
  [[nodiscard]] Key current();
  // What a ticket was made with, if it is not too old.
  [[nodiscard]] std::optional<Key> find(const unsigned char* name);
  // How long a ticket can be opened at least.
  [[nodiscard]] std::chrono::seconds lifetime() const noexcept { return rotation_ * (kept - 1); }

  // All keys as bytes, for the process that takes over; and its half. False when the bytes are no keys. Secret.
  [[nodiscard]] std::string save();
  bool load(std::string_view bytes);

 private:
  void rotate();  // REQUIRES: the lock is held

  std::chrono::seconds rotation_;
  Clock clock_;
  std::mutex mutex_;
  std::vector<Key> keys_;  // the newest first
};

}  // namespace folio::net
