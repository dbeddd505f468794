// RFC 6455 §9.1, the field Sec-WebSocket-Extensions: a list of extensions, each with parameters, that a client offers
// and a server answers with the ones it takes. What an extension's parameters mean is that extension's matter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ws/field.hpp"

namespace folio::ws {

struct ExtensionParameter {
  std::string name;
  // Nothing when there was no "="; without the quotes when it was quoted.
  std::optional<std::string> value;
};

struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
};

// All that the lines of Sec-WebSocket-Extensions list, in order: "If an extension appears more than once, they are
// different offers". Nothing when a line does not conform to the grammar.
[[nodiscard]] std::optional<std::vector<Extension>> read_extensions(const FieldSource& fields);

// The same for the value of one line.
[[nodiscard]] std::optional<std::vector<Extension>> parse_extensions(std::string_view value);

}  // namespace folio::ws
