// A certificate that vouches for itself: for development and for tests. Nobody trusts it who was not told to.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace folio::net {

struct SelfSignedOptions {
  // Host names and numeric addresses that it is for.
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  // When it begins to be valid, from now on; an hour ago by default, for clocks that are slow.
  std::chrono::seconds begins = std::chrono::hours(-1);
  // How long it is valid. Browsers take no more than 398 days.
  std::chrono::seconds lasts = std::chrono::hours(24 * 397);
};

struct SelfSigned {
  std::string certificate_pem;
  std::string key_pem;  // not encrypted
};

// A new P-256 key each time. Any thread. Ends the process when OpenSSL cannot make one, as without random numbers.
[[nodiscard]] SelfSigned make_self_signed(const SelfSignedOptions& options = {});

}  // namespace folio::net
