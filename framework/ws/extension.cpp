#include "ws/extension.hpp"

#include <utility>

#include "base/ascii.hpp"

namespace folio::ws {
namespace {

// Reads from the front of a field's value.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }

  void skip_space() {
    while (!text_.empty() && base::is_ows(text_.front())) text_.remove_prefix(1);
  }

  // Takes `character` if it comes next, and the white space behind it.
  bool take(char character) {
    if (!text_.starts_with(character)) return false;
    text_.remove_prefix(1);
    skip_space();
    return true;
  }

  // A token and the white space behind it; empty when there is none.
  std::string_view token() {
    std::size_t size = 0;
    while (size < text_.size() && base::is_token_char(text_[size])) ++size;
    const std::string_view taken = text_.substr(0, size);
    text_.remove_prefix(size);
    skip_space();
    return taken;
  }

  // RFC 6455 §9.1: "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST conform
  // to the 'token' ABNF."
  std::optional<std::string> quoted_token() {
    text_.remove_prefix(1);
    std::string value;
    while (!text_.empty() && text_.front() != '"') {
      if (text_.front() == '\\') text_.remove_prefix(1);
      if (text_.empty() || !base::is_token_char(text_.front())) return std::nullopt;
      value.push_back(text_.front());
      text_.remove_prefix(1);
    }
    if (text_.empty() || value.empty()) return std::nullopt;
    text_.remove_prefix(1);
    skip_space();
    return value;
  }

  [[nodiscard]] bool starts_with(char character) const { return text_.starts_with(character); }

 private:
  std::string_view text_;
};

// extension-param = token [ "=" (token | quoted-string) ]
std::optional<ExtensionParameter> parse_parameter(Reader& reader) {
  ExtensionParameter parameter;
  parameter.name = reader.token();
  if (parameter.name.empty()) return std::nullopt;
  if (!reader.take('=')) return parameter;
  if (reader.starts_with('"')) {
    parameter.value = reader.quoted_token();
    if (!parameter.value) return std::nullopt;
  } else {
    parameter.value = reader.token();
    if (parameter.value->empty()) return std::nullopt;
  }
  return parameter;
}

// extension = extension-token *( ";" extension-param )
std::optional<Extension> parse_extension(Reader& reader) {
  Extension extension;
  extension.name = reader.token();
  if (extension.name.empty()) return std::nullopt;
  while (reader.take(';')) {
    auto parameter = parse_parameter(reader);
    if (!parameter) return std::nullopt;
    extension.parameters.push_back(std::move(*parameter));
  }
  return extension;
}

}  // namespace

std::optional<std::vector<Extension>> parse_extensions(std::string_view value) {
  Reader reader(value);
  reader.skip_space();
  std::vector<Extension> extensions;
  // extension-list = 1#extension. RFC 2616 §2.1: "null elements are allowed, but do not contribute to the count of
  // elements present."
  for (;;) {
    while (reader.take(',')) {
    }
    if (reader.at_end()) break;
    auto extension = parse_extension(reader);
    if (!extension) return std::nullopt;
    extensions.push_back(std::move(*extension));
    if (!reader.at_end() && !reader.starts_with(',')) return std::nullopt;
  }
  if (extensions.empty()) return std::nullopt;
  return extensions;
}

std::optional<std::vector<Extension>> read_extensions(const FieldSource& fields) {
  std::vector<Extension> all;
  // RFC 6455 §9.1: "Note that like other HTTP header fields, this header field MAY be split or combined across multiple
  // lines."
  for (std::size_t i = 0; const auto value = fields.field("Sec-WebSocket-Extensions", i); ++i) {
    auto listed = parse_extensions(*value);
    if (!listed) return std::nullopt;
    for (Extension& extension : *listed) all.push_back(std::move(extension));
  }
  return all;
}

}  // namespace folio::ws
