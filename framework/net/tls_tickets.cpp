#include "net/tls_tickets.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <type_traits>
#include <utility>

namespace folio::net {

static_assert(std::is_trivially_copyable_v<TlsTicketKeys::Key>);

namespace {

TlsTicketKeys::Key make_key(std::int64_t now) {
  TlsTicketKeys::Key key{};
  // Without random numbers there is no TLS either.
  if (RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) != 1 ||
      RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) != 1 ||
      RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) != 1) {
    std::abort();
  }
  key.made = now;
  return key;
}

void forget(TlsTicketKeys::Key& key) {
  OPENSSL_cleanse(&key, sizeof(key));
}

}  // namespace

TlsTicketKeys::TlsTicketKeys(std::chrono::seconds rotation, Clock clock)
    : rotation_(rotation), clock_(clock ? std::move(clock) : [] { return std::int64_t{std::time(nullptr)}; }) {
  keys_.reserve(kept + 1);  // keys are never copied to where they would not be wiped
}

TlsTicketKeys::~TlsTicketKeys() {
  for (Key& key : keys_) forget(key);
}

// A key that is due is replaced by whoever comes next: no timer.
void TlsTicketKeys::rotate() {
  const std::int64_t now = clock_();
  const std::int64_t period = rotation_.count();
  if (keys_.empty() || now - keys_.front().made >= period) keys_.insert(keys_.begin(), make_key(now));
  while (keys_.size() > 1 &&
         (keys_.size() > kept || now - keys_.back().made >= period * static_cast<std::int64_t>(kept))) {
    forget(keys_.back());
    keys_.pop_back();
  }
}

TlsTicketKeys::Key TlsTicketKeys::current() {
  const std::lock_guard lock(mutex_);
  rotate();
  return keys_.front();
}

std::optional<TlsTicketKeys::Key> TlsTicketKeys::find(const unsigned char* name) {
  const std::lock_guard lock(mutex_);
  rotate();
  for (const Key& key : keys_) {
    if (std::memcmp(key.name.data(), name, key.name.size()) == 0) return key;
  }
  return std::nullopt;
}

std::string TlsTicketKeys::save() {
  const std::lock_guard lock(mutex_);
  rotate();
  return {reinterpret_cast<const char*>(keys_.data()), keys_.size() * sizeof(Key)};
}

bool TlsTicketKeys::load(std::string_view bytes) {
  if (bytes.empty() || bytes.size() % sizeof(Key) != 0 || bytes.size() / sizeof(Key) > kept) return false;
  const std::lock_guard lock(mutex_);
  for (Key& key : keys_) forget(key);
  keys_.resize(bytes.size() / sizeof(Key));
  std::memcpy(keys_.data(), bytes.data(), bytes.size());
  return true;
}

}  // namespace folio::net
