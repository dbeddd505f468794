#include "app/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <folio/log.hpp>
#include <folio/request.hpp>

#include <atomic>
#include <ctime>
#include <exception>
#include <memory>

#include "async/unhandled.hpp"

namespace folio::app {

namespace {

// Lines that wait to be written; past it the oldest ones are lost rather than requests held up. The long forms of the
// access log have a queue and a thread of their own, so that a flood of requests costs no other line. A queue takes 400
// bytes a line from the start. With both processors busy 512 lost none of 50,000 lines a second, 2,048 none of 100,000.
constexpr std::size_t queued_lines = 512;
constexpr std::size_t queued_access_lines = 2048;  // where the access log's go, alone or with the others

// What writes before start_log and after stop_log.
const std::shared_ptr<spdlog::logger>& plain_logger() {
  static auto* const instance = new std::shared_ptr<spdlog::logger>(spdlog::default_logger());
  return *instance;
}
std::shared_ptr<spdlog::logger>& logger() {
  static auto* const instance = new std::shared_ptr<spdlog::logger>(plain_logger());
  return *instance;
}
std::function<void(const AccessRecord&)>& access_hook() {
  static auto* const hook = new std::function<void(const AccessRecord&)>();
  return *hook;
}
std::atomic<bool> access_enabled{false};
std::atomic<AccessLog> access_form{AccessLog::Short};
std::atomic<std::size_t> longest_field{Config{}.max_log_field};

// Where the long forms of the access log go; null while there are none.
struct AccessWriter {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::logger> logger;
};
AccessWriter& access_writer() {
  static auto* const instance = new AccessWriter;
  return *instance;
}

void start_access_log() {
  auto pool = std::make_shared<spdlog::details::thread_pool>(queued_access_lines, 1);
  auto writer = std::make_shared<spdlog::async_logger>("access", std::make_shared<spdlog::sinks::stdout_sink_mt>(), pool,
                                                       spdlog::async_overflow_policy::overrun_oldest);
  writer->set_pattern("%v");
  access_writer() = {.pool = std::move(pool), .logger = std::move(writer)};
}

timespec time_before(std::int64_t nanoseconds) {
  constexpr std::int64_t second = 1'000'000'000;
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  std::int64_t rest = time.tv_nsec - nanoseconds % second;
  time.tv_sec -= nanoseconds / second;
  if (rest < 0) {
    rest += second;
    --time.tv_sec;
  }
  time.tv_nsec = rest;
  return time;
}

// What came from a client stands in the log without line breaks and terminal escapes.
std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(clean), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      clean += c;
    }
  }
  return clean;
}

void report(std::exception_ptr exception) noexcept {
  try {
    std::rethrow_exception(std::move(exception));
  } catch (const AppError& error) {
    logger()->error("a spawned task ended with an error ({}): {}", error.status(), error.message());
  } catch (const std::exception& error) {
    logger()->error("a spawned task ended with an exception: {}", error.what());
  } catch (...) {
    logger()->error("a spawned task ended with an exception that is no std::exception");
  }
}

}  // namespace

bool start_log(const std::string& level, AccessLog access, std::size_t longest) {
  const auto parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") return false;
  const bool is_short = access == AccessLog::Short && parsed <= spdlog::level::info;
  if (!spdlog::thread_pool()) spdlog::init_thread_pool(is_short ? queued_access_lines : queued_lines, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto created = std::make_shared<spdlog::async_logger>("folio", std::move(sink), spdlog::thread_pool(),
                                                        spdlog::async_overflow_policy::overrun_oldest);
  created->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  created->set_level(parsed);
  created->flush_on(spdlog::level::warn);
  logger() = std::move(created);
  access_form = access;
  longest_field = longest;
  const bool is_long = access == AccessLog::Common || access == AccessLog::Json;
  if (is_long) start_access_log();
  access_enabled = is_long || is_short;
  async::set_unhandled_hook(report);
  return true;
}

void stop_log() {
  if (const LostLines lost = lost_lines(); lost.log + lost.access != 0) {
    logger()->warn("{} lines of the log and {} of the access log were lost: more came than could be written", lost.log,
                   lost.access);
  }
  logger()->flush();
  // The thread that writes holds it for as long as there are lines, so it goes after that thread.
  const auto last = std::exchange(logger(), plain_logger());
  access_enabled = false;
  access_writer() = {};  // which writes what is queued
  spdlog::shutdown();
}

bool access_log_enabled() noexcept {
  return access_enabled.load(std::memory_order_relaxed);
}

void set_access_hook(std::function<void(const AccessRecord&)> hook) {
  access_hook() = std::move(hook);
  access_enabled = true;
}

bool access_log_is_long() noexcept {
  const AccessLog form = access_form.load(std::memory_order_relaxed);
  return form == AccessLog::Common || form == AccessLog::Json;
}

void log_access(const AccessRecord& record) {
  if (access_hook()) return access_hook()(record);
  thread_local std::string line;
  line.clear();
  append_access_line(line, access_form.load(std::memory_order_relaxed), record, time_before(record.nanoseconds),
                     longest_field.load(std::memory_order_relaxed));
  const auto& writer = access_writer().logger ? access_writer().logger : logger();
  writer->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void log_error(std::string_view method, std::string_view path, std::string_view route, const AppError& error,
               std::string_view id) {
  logger()->error("{}{}{}{} {} failed with {}{}{}: {}", id.empty() ? "" : "[", id, id.empty() ? "" : "] ", method,
                  printable(path), error.status(), route.empty() ? "" : " in ", route, error.message());
}

LostLines lost_lines() noexcept {
  LostLines lost;
  if (const auto pool = spdlog::thread_pool()) lost.log = pool->overrun_counter();
  if (const auto& pool = access_writer().pool) lost.access = pool->overrun_counter();
  return lost;
}

}  // namespace folio::app

namespace folio::log {
void debug(std::string_view message) {
  app::logger()->debug("{}", message);
}
void info(std::string_view message) {
  app::logger()->info("{}", message);
}
void warn(std::string_view message) {
  app::logger()->warn("{}", message);
}
void error(std::string_view message) {
  app::logger()->error("{}", message);
}
void debug(const Request& request, std::string_view message) {
  app::logger()->debug("[{}] {}", request.id(), message);
}
void info(const Request& request, std::string_view message) {
  app::logger()->info("[{}] {}", request.id(), message);
}
void warn(const Request& request, std::string_view message) {
  app::logger()->warn("[{}] {}", request.id(), message);
}
void error(const Request& request, std::string_view message) {
  app::logger()->error("[{}] {}", request.id(), message);
}
}  // namespace folio::log
