// Any bytes as JSON: a text is refused at a place inside it, or reads as a value that is written and read back the
// same. Reading into structs takes the same texts as reading into a JsonValue, but for what does not fit.
#include <folio/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

enum class Color { red, green, blue };

struct Node {
  std::optional<std::int64_t> id;
  std::string name = "none";
  double weight = 0;
  std::uint8_t small = 0;
  Color color = Color::red;
  std::vector<Node> children;
  std::map<std::string, float> map;
  std::variant<std::monostate, bool, std::string, std::vector<int>> either;
  std::unique_ptr<Node> next;
  folio::JsonValue any;
};

void require(bool holds) {
  if (!holds) std::abort();
}

void require_placed(const folio::JsonError& error, std::string_view text) {
  require(error.line >= 1 && error.column >= 1 && error.offset <= text.size());
  require(error.message.starts_with("Invalid JSON"));
  // The parser refused what the scanner took.
  require(!error.message.starts_with("Invalid JSON at line 1 column 1: the text cannot be read"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  folio::JsonError error;

  folio::JsonValue value;
  const bool valid = folio::read_json(text, value, error);
  if (valid) {
    const std::string once = value.dump();
    folio::JsonValue again;
    require(folio::read_json(once, again, error));
    require(again == value);
    require(again.dump() == once);
  } else {
    require_placed(error, text);
  }

  Node node;
  if (folio::read_json(text, node, error)) {
    const std::string once = folio::to_json(node);
    Node again;
    require(folio::read_json(once, again, error));
    require(folio::to_json(again) == once);
  } else {
    require_placed(error, text);
  }

  // Any bytes as a string are written as valid JSON.
  const std::string written = folio::to_json(text);
  std::string read;
  require(folio::read_json(written, read, error));
  require(folio::to_json(read) == written);
  return 0;
}
