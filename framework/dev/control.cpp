#include "dev/control.hpp"

#include <folio/json.hpp>

namespace folio::dev {

std::string write_control(const ControlMessage& message) {
  return to_json(message);
}

std::optional<ControlMessage> read_control(std::string_view line) {
  ControlMessage message;
  JsonError error;
  if (!read_json(line, message, error)) return std::nullopt;
  return message;
}

}  // namespace folio::dev
