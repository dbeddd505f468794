// Reads what follows the value in fields such as Content-Type and Content-Disposition: `; name=value; name="value"`.
// RFC 9110 §5.6.6. Pure; views are good as long as the text.
#pragma once

#include <optional>
#include <string_view>

namespace folio::http {

struct Parameter {
  std::string_view name;   // a token, in the case that it came in
  std::string_view value;  // without the quotes around it, and with the escapes inside as they are
  bool quoted = false;
};

class ParameterReader {
 public:
  // The text before the first `;`, trimmed, is the value that the parameters are of.
  explicit ParameterReader(std::string_view field);

  [[nodiscard]] std::string_view value() const { return value_; }
  // The next one; nothing at the end, or where the text is malformed: then faulty(). Empty ones (`;;`) are left out.
  [[nodiscard]] std::optional<Parameter> next();
  [[nodiscard]] bool faulty() const { return faulty_; }

 private:
  std::optional<Parameter> fail();

  std::string_view value_;
  std::string_view rest_;
  bool faulty_ = false;
};

}  // namespace folio::http
