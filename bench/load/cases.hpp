// The cases: each sets connections up, keeps them busy for the window, and prints the result.
#pragma once

#include "options.hpp"
#include "transport.hpp"

namespace load {

struct Context {
  const Options& options;
  TlsClient* tls;  // null: plain
};

void run_http(const Context& context);
void run_post(const Context& context);
void run_echo(const Context& context);
void run_room(const Context& context);
void run_connect(const Context& context);
void run_tls_handshake(const Context& context);
void run_churn(const Context& context);
void run_upgrade(const Context& context);
void run_idle(const Context& context);

}  // namespace load
