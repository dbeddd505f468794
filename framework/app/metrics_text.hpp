// All metrics of a server as Prometheus reads them: the text format, version 0.0.4.
#pragma once

#include <string>
#include <string_view>

namespace folio::app {

class Server;

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

// Any thread, and while the server runs: it waits for no loop.
[[nodiscard]] std::string metrics_text(const Server& server);

}  // namespace folio::app
