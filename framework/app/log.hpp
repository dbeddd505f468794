// The server's log, over spdlog, which only app/log.cpp sees. Lines are written by a thread of their own. Any thread.
#pragma once

#include <cstdint>
#include <folio/error.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace folio::app {

// One answered request.
struct AccessRecord {
  std::string_view method;
  std::string_view path;
  int status;
  std::int64_t nanoseconds;  // from the end of the head to the response being written
  std::string_view route;    // the file that answered, or empty
  std::string_view peer;
};

// Sets up the log. `level`: trace, debug, info, warn, error or off. False when it is none of these.
bool start_log(const std::string& level);
// Writes out what is queued.
void stop_log();

// One line a request, at level info.
void log_access(const AccessRecord& record);
[[nodiscard]] bool access_log_enabled() noexcept;
// Takes the place of the access log's lines, when set: the dev server's own form. Set before the server starts.
void set_access_hook(std::function<void(const AccessRecord&)> hook);

void log_error(std::string_view method, std::string_view path, std::string_view route, const AppError& error);

}  // namespace folio::app
