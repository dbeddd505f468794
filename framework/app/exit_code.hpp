// What an app's program ends with.
#pragma once

namespace folio::app {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_wrong_use = 2;

}  // namespace folio::app
