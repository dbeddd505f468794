// The application's log: lines to standard error, beside the server's own. Any thread; lines are written by another.
#pragma once

#include <string_view>

namespace folio {
class Request;
}

namespace folio::log {

void debug(std::string_view message);
void info(std::string_view message);
void warn(std::string_view message);
void error(std::string_view message);

// The same with the request's id in front, as `[id] message`, by which the line is found from the access log and from
// the client's report. The request's loop only.
void debug(const Request& request, std::string_view message);
void info(const Request& request, std::string_view message);
void warn(const Request& request, std::string_view message);
void error(const Request& request, std::string_view message);

}  // namespace folio::log
