// Why reading failed, from the place where it failed up to the sentence that the client sees.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <folio/json.hpp>

#include "json/scan.hpp"

namespace folio::json {

// A value that does not fit the type it is read into. The reader fills `what` where it fails, and each level above adds
// its step; nothing of this costs anything while all goes well.
struct Failure {
  std::string what;         // "expected a number"
  std::string missing;      // name of the field that is missing from the object at the end of the path
  bool at_key = false;      // the fault is the member's name, not its value
  std::vector<Step> steps;  // innermost first
};

// The error of a text that is no JSON.
[[nodiscard]] JsonError syntax_error(std::string_view text, const Fault& fault, const std::vector<Step>& path = {});

// The error of a valid text that does not fit.
[[nodiscard]] JsonError misfit_error(std::string_view text, const Failure& failure);

}  // namespace folio::json
