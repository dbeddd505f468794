// ws://localhost:5000/reports/live: a middleware guards WebSockets as it guards all else. Without the token the client
// gets a plain 401, and there is no upgrade.
#include <folio/folio.hpp>

#include <string>

#include "../_admin.hpp"

using namespace folio;

Task<> WS(WebSocket ws, const Admin& admin) {
  co_await ws.send("Reports for " + admin.name);
  while (auto message = co_await ws.next()) co_await ws.send("No news.");
}
