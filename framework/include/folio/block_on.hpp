// block_on: a task from ordinary code, for main functions of tools and for tests.
//
//     int main() {
//       auto answer = block_on(ask("wss://example.com/time"));
//     }
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <folio/task.hpp>

namespace folio {

namespace detail {

// Runs `task` on a loop of its own to its end. What it has spawned ends with it.
void run_on_own_loop(Task<> task);

template <class T, class Stored>
Task<> keep_outcome(Task<T> task, std::optional<Stored>& value, std::exception_ptr& exception) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await task;
    } else {
      value.emplace(co_await task);
    }
  } catch (...) {
    exception = std::current_exception();
  }
}

}  // namespace detail

// Runs the task on a loop that is made for it on the calling thread, and gives what it gives, or rethrows what escapes
// from it. Blocks until then. REQUIRES: the caller is no task, and not on the thread of a server's loop.
template <class T>
T block_on(Task<T> task) {
  std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> value;
  std::exception_ptr exception;
  detail::run_on_own_loop(detail::keep_outcome(std::move(task), value, exception));
  if (exception) std::rethrow_exception(exception);
  if constexpr (!std::is_void_v<T>) return *std::move(value);
}

}  // namespace folio
