#include "async/unhandled.hpp"

#include <atomic>
#include <cstdio>
#include <utility>

#include <folio/detail/activity.hpp>
#include <folio/error.hpp>

namespace folio::async {

namespace {

void print(std::exception_ptr exception) noexcept {
  try {
    std::rethrow_exception(std::move(exception));
  } catch (const AppError& error) {
    std::fprintf(stderr, "error: a spawned task ended with an error (%d): %s\n", error.status(),
                 error.message().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: a spawned task ended with an exception: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "error: a spawned task ended with an exception that is no std::exception\n");
  }
}

std::atomic<UnhandledHook> unhandled_hook{print};

}  // namespace

void set_unhandled_hook(UnhandledHook hook) noexcept {
  unhandled_hook = hook;
}

}  // namespace folio::async

void folio::detail::report_unhandled(std::exception_ptr exception) noexcept {
  async::unhandled_hook.load()(std::move(exception));
}
