// How the handshake reads the header fields of a message, whoever parsed and keeps them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/ascii.hpp"

namespace folio::ws {

class FieldSource {
 public:
  // The value of the field line number `index` (from 0, in the order of arrival) of those with that name, or nothing
  // when there are not so many. Names compare without case; the value has no white space around it.
  [[nodiscard]] virtual std::optional<std::string_view> field(std::string_view name, std::size_t index) const = 0;

  [[nodiscard]] std::size_t count(std::string_view name) const {
    std::size_t lines = 0;
    while (field(name, lines).has_value()) ++lines;
    return lines;
  }

  // Whether any line of the field, a comma-separated list of tokens, has `token` in it, in any case.
  [[nodiscard]] bool lists(std::string_view name, std::string_view token) const {
    for (std::size_t i = 0; const auto value = field(name, i); ++i) {
      if (base::list_has_token(*value, token)) return true;
    }
    return false;
  }

 protected:
  FieldSource() = default;
  FieldSource(const FieldSource&) = default;
  FieldSource& operator=(const FieldSource&) = default;
  ~FieldSource() = default;
};

struct Field {
  std::string_view name;
  std::string_view value;
};

// Fields that lie in a row. Borrows them.
class FieldList final : public FieldSource {
 public:
  explicit FieldList(std::span<const Field> fields) : fields_(fields) {}

  [[nodiscard]] std::optional<std::string_view> field(std::string_view name, std::size_t index) const override {
    for (const Field& each : fields_) {
      if (base::iequals(each.name, name) && index-- == 0) return base::trim_ows(each.value);
    }
    return std::nullopt;
  }

 private:
  std::span<const Field> fields_;
};

}  // namespace folio::ws
