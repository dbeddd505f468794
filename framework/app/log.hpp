// The server's logs, over spdlog, which only app/log.cpp sees. Any thread.
//
// Lines are written by threads of their own, so that a slow terminal, disk or pipe holds no loop up. What waits to be
// written is bounded: past it the oldest lines are lost, and counted.
#pragma once

#include <cstdint>
#include <folio/error.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "app/access_log.hpp"
#include "app/config.hpp"

namespace folio::app {

// Sets up the log. `level`: trace, debug, info, warn, error or off. False when it is none of these. The short form of the
// access log goes where the other lines go, at level info; the others go to standard output by themselves, at any level.
// `longest`: see Config::max_log_field.
bool start_log(const std::string& level, AccessLog access = AccessLog::Short,
               std::size_t longest = Config{}.max_log_field);
// Writes out what is queued.
void stop_log();

// One line a request.
void log_access(const AccessRecord& record);
[[nodiscard]] bool access_log_enabled() noexcept;
// Whether its form says more than the short one.
[[nodiscard]] bool access_log_is_long() noexcept;
// Takes the place of the access log's lines, when set: the dev server's own form. Set before the server starts.
void set_access_hook(std::function<void(const AccessRecord&)> hook);

// `id`: Request::id; empty: not known.
void log_error(std::string_view method, std::string_view path, std::string_view route, const AppError& error,
               std::string_view id = {});

// Lines that were lost since the start, because more came than could be written.
struct LostLines {
  std::uint64_t log = 0;
  std::uint64_t access = 0;
};
[[nodiscard]] LostLines lost_lines() noexcept;

}  // namespace folio::app
