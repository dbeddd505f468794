// The application's log: lines to standard error, beside the server's own. Any thread.
#pragma once

#include <string_view>

namespace folio::log {

void debug(std::string_view message);
void info(std::string_view message);
void warn(std::string_view message);
void error(std::string_view message);

}  // namespace folio::log
