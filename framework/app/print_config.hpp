// Every setting and limit as text.
#pragma once

#include "app/config.hpp"

namespace folio::app {

// Writes them to the standard output, in TOML. Secrets are left out.
void print_config(const Config& config);

}  // namespace folio::app
