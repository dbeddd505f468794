// Where an exception goes that escapes from a spawned task.
#pragma once

#include <exception>

namespace folio::async {

using UnhandledHook = void (*)(std::exception_ptr) noexcept;
// Replaces the default, which prints to standard error. Set once, before any loop runs.
void set_unhandled_hook(UnhandledHook hook) noexcept;

}  // namespace folio::async
