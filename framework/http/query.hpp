// Reads application/x-www-form-urlencoded text, of a query string or of a form's body. WHATWG URL §5.1.
// Names and values come as they were sent; `decode_form_text` turns `+` into a space and undoes the escapes. A
// malformed escape is kept as it stands, as the standard has it, and so is every byte that is no UTF-8. Pure; views are
// good as long as the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace folio::http {

struct QueryPair {
  std::string_view name;   // still encoded
  std::string_view value;  // still encoded; empty without `=`
};

class QueryReader {
 public:
  explicit QueryReader(std::string_view text) : rest_(text) {}

  // The next pair, in the order of the text; nothing at its end. Empty pieces (`a&&b`) are left out.
  [[nodiscard]] std::optional<QueryPair> next();

 private:
  std::string_view rest_;
};

[[nodiscard]] std::string decode_form_text(std::string_view text);

// Whether `encoded` decodes to `text`, without decoding what needs none.
[[nodiscard]] bool form_text_equals(std::string_view encoded, std::string_view text);

// The decoded value of the first pair whose decoded name is `name`.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace folio::http
