// What a program that serves an app leaves behind when it dies of a signal: the signal and the stack, on standard
// error, for the supervisor to make sense of (crash_report.hpp).
#pragma once

#include <string_view>

namespace folio::dev {

// Each line of the handler begins so; then "signal N", or "frame OBJECT OFFSET" with the offset in hexadecimal.
inline constexpr std::string_view kCrashMark = "[folio-crash] ";

// For the whole process. Under AddressSanitizer and ThreadSanitizer it does nothing: they have better ones.
void install_crash_handler();
// Gives the calling thread a stack to die on, so that an endless recursion can be told. Once for each thread.
void install_crash_stack();

}  // namespace folio::dev
