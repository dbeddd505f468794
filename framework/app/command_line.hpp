// The settings of an app's program: flags above the environment, above ./.env, above its file of settings (see
// settings.hpp), above the defaults.
#pragma once

#include <folio/app.hpp>

#include <optional>

#include "app/config.hpp"

namespace folio::app {

// Nothing, and `code`, when the program is to end: what was wrong, or asked for, has been printed.
[[nodiscard]] std::optional<Config> read_command_line(int argc, char** argv, const AppInfo& info, int& code);

}  // namespace folio::app
