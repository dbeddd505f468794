// What is wrong with one file by itself: no handler, a misspelt one, a late include, braces (R007, R008, R014, R015).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codegen/scan.hpp"

namespace folio::codegen {

struct Finding {
  std::string code;
  std::string message;
  std::string help;
  std::optional<Position> position;  // none when the file as a whole is meant
};

// Pure. REQUIRES: the file is a Unit.
[[nodiscard]] std::vector<Finding> check_handlers(const ScannedFile& scanned);

}  // namespace folio::codegen
