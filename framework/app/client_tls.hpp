// The TLS contexts of clients, kept by the loop: making one reads the authorities' files, which takes a while.
#pragma once

#include <string>

#include "net/loop.hpp"
#include "net/tls_context.hpp"

namespace folio::app {

struct ClientTls {
  std::string authorities_file;  // PEM, instead of the system's; empty: those
  bool accept_any_server_insecurely = false;

  friend bool operator==(const ClientTls&, const ClientTls&) = default;
};

// The context for these, or why there is none; good as long as the loop. One that could not be made is tried again by
// the next who asks. The loop's thread.
[[nodiscard]] const net::TlsSetup& client_tls(net::Loop& loop, const ClientTls& wanted);

}  // namespace folio::app
