// What systemd and its like agree on with a service, by environment variables: sockets that they have opened for it
// (sd_listen_fds(3)), and what it tells of its state (sd_notify(3)). Without libsystemd.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace folio::net {

struct ActivationSockets {
  std::vector<int> sockets;  // close-on-exec and non-blocking; the caller's
  std::string message;       // what is wrong with one of them; then there are none
};

// The listening sockets that were handed over at the start, once: LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES are removed.
// None, when they are meant for another process. Before there are threads.
[[nodiscard]] ActivationSockets take_activation_sockets();

// Tells "READY=1" or the like to who started us, if that wants to know (NOTIFY_SOCKET). Any thread.
void notify_service_manager(std::string_view state) noexcept;

}  // namespace folio::net
