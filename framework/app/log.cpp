#include "app/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <folio/log.hpp>

#include <atomic>
#include <exception>
#include <memory>

#include "async/unhandled.hpp"

namespace folio::app {

namespace {

constexpr std::size_t queued_lines = 2048;  // past it the oldest lines are lost rather than requests held up

std::shared_ptr<spdlog::logger>& logger() {
  static auto* const instance = new std::shared_ptr<spdlog::logger>(spdlog::default_logger());
  return *instance;
}
std::function<void(const AccessRecord&)>& access_hook() {
  static auto* const hook = new std::function<void(const AccessRecord&)>();
  return *hook;
}
std::atomic<bool> access_enabled{false};

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

bool start_log(const std::string& level) {
  const auto parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") return false;
  if (!spdlog::thread_pool()) spdlog::init_thread_pool(queued_lines, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto created = std::make_shared<spdlog::async_logger>("folio", std::move(sink), spdlog::thread_pool(),
                                                        spdlog::async_overflow_policy::overrun_oldest);
  created->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  created->set_level(parsed);
  created->flush_on(spdlog::level::warn);
  logger() = std::move(created);
  access_enabled = parsed <= spdlog::level::info;
  async::set_unhandled_hook(report);
  return true;
}

void stop_log() {
  logger()->flush();
  logger() = spdlog::default_logger();
  access_enabled = false;
  spdlog::shutdown();
}

bool access_log_enabled() noexcept {
  return access_enabled.load(std::memory_order_relaxed);
}

void set_access_hook(std::function<void(const AccessRecord&)> hook) {
  access_hook() = std::move(hook);
  access_enabled = true;
}

void log_access(const AccessRecord& record) {
  if (access_hook()) return access_hook()(record);
  logger()->info("{} {} {} {:.1f}ms → {}", record.method, printable(record.path), record.status,
                 static_cast<double>(record.nanoseconds) / 1e6, record.route.empty() ? "-" : record.route);
}

void log_error(std::string_view method, std::string_view path, std::string_view route, const AppError& error) {
  logger()->error("{} {} failed with {}{}{}: {}", method, printable(path), error.status(), route.empty() ? "" : " in ",
                  route, error.message());
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
}  // namespace folio::log
