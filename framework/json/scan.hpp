// A strict scanner of RFC 8259. It is slow and exact where the parser is fast and terse: it runs when the parser has
// refused a text, to say what is wrong and at which byte; to find the place of a value in a text that is valid; and to
// put the few numbers that the parser cannot keep into a form that it can.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace folio::json {

// A step from an array or object into one of its items or members.
struct Step {
  std::size_t ordinal = 0;  // which item or member, in the order of the text
  bool is_field = false;
  std::string key;  // of a member
};

struct Fault {
  std::size_t offset = 0;
  std::string what;
};

// The first breach of the grammar in `text`; nothing when it is valid. Numbers may be of any size.
[[nodiscard]] std::optional<Fault> find_fault(std::string_view text);

// What stands at the end of a path.
struct Place {
  std::size_t value = 0;  // offset of the value
  std::size_t key = 0;    // offset of the key in front of it; the value's when there is none
};

// Follows `path` from the outermost value. REQUIRES: `text` is valid, and the path exists in it.
[[nodiscard]] Place locate(std::string_view text, std::span<const Step> path);

// The text with two kinds of number rewritten that the parser refuses or mistakes: whole numbers beyond 64 bits, and
// "-0", get ".0" behind them. Empty when there are none. When a number is too large even for a double, that is the
// fault. REQUIRES: `text` is valid.
struct Rewritten {
  std::string text;
  std::optional<Fault> fault;
  std::vector<Step> path;  // of the fault
};
[[nodiscard]] Rewritten rewrite_numbers(std::string_view text);

}  // namespace folio::json
