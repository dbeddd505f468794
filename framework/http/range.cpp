#include "http/range.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

// 1*DIGIT; what is past 64 bits is as good as the largest number, since no representation is as long.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!base::is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (most - digit) / 10 ? most : value * 10 + digit;
  }
  return value;
}

// RFC 9110 §14.1.2: "int-range = first-pos "-" [ last-pos ]", "suffix-range = "-" suffix-length". Nothing for what is
// neither; a range of length 0 is valid, and unsatisfiable.
std::optional<ByteRange> read_range(std::string_view spec, std::uint64_t size) {
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto last = parse_position(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::nullopt;
    // "If the selected representation is shorter than the specified suffix-length, the entire representation is used."
    const std::uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  const auto first = parse_position(spec.substr(0, dash));
  if (!first) return std::nullopt;
  if (!last && dash + 1 != spec.size()) return std::nullopt;
  // "An int-range is invalid if the last-pos value is present and less than first-pos."
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return ByteRange{size, 0};
  // "If the last-pos value is absent, or if the value is greater than or equal to the current length of the
  // representation data, the byte range is interpreted as the remainder of the representation".
  return ByteRange{*first, std::min(last.value_or(most), size - 1) - *first + 1};
}

// Whether nothing, or too little to be worth a part of its own, lies between the two.
bool touch(const ByteRange& a, const ByteRange& b) {
  const ByteRange& left = a.first <= b.first ? a : b;
  const ByteRange& right = a.first <= b.first ? b : a;
  return right.first < left.first + left.length || right.first - (left.first + left.length) <= part_overhead;
}

ByteRange join(const ByteRange& a, const ByteRange& b) {
  const std::uint64_t first = std::min(a.first, b.first);
  return {first, std::max(a.first + a.length, b.first + b.length) - first};
}

// Adds a range to those that there are, in the place of the earliest one that it touches.
void add(std::vector<ByteRange>& ranges, ByteRange range) {
  std::size_t place = ranges.size();
  for (std::size_t i = 0; i < ranges.size();) {
    if (!touch(ranges[i], range)) {
      ++i;
      continue;
    }
    range = join(ranges[i], range);
    ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(i));
    place = std::min(place, i);
    i = 0;  // it has grown, and may touch others
  }
  place = std::min(place, ranges.size());
  ranges.insert(ranges.begin() + static_cast<std::ptrdiff_t>(place), range);
}

}  // namespace

RangeSelection select_ranges(std::string_view field, std::uint64_t size, std::size_t max_ranges) {
  constexpr std::string_view unit = "bytes=";  // RFC 9110 §14.1: "Range unit names are case-insensitive"
  field = base::trim_ows(field);
  RangeSelection selection;
  // "An origin server MUST ignore a Range header field that contains a range unit it does not understand."
  if (!base::istarts_with(field, unit)) return selection;
  // Of nothing there are no parts: a client that asks for a range of everything gets the nothing that there is.
  if (size == 0) return selection;
  std::size_t count = 0;
  bool valid = true;
  base::for_each_list_member(field.substr(unit.size()), [&](std::string_view spec) {
    if (!valid || ++count > max_ranges) return;
    const auto range = read_range(spec, size);
    valid = range.has_value();
    if (valid && range->length != 0) add(selection.ranges, *range);
  });
  if (!valid || count == 0 || count > max_ranges) {
    selection.ranges.clear();
  } else {
    selection.outcome =
        selection.ranges.empty() ? RangeSelection::Outcome::Unsatisfiable : RangeSelection::Outcome::Partial;
  }
  return selection;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + '-' + std::to_string(range.first + range.length - 1) + '/' +
         std::to_string(size);
}

std::string unsatisfied_range(std::uint64_t size) {
  return "bytes */" + std::to_string(size);
}

std::string part_head(std::string_view boundary, std::string_view content_type, const ByteRange& range,
                      std::uint64_t size) {
  std::string head = "\r\n--";
  head.append(boundary).append("\r\n");
  // RFC 9110 §15.3.7.2: "If the selected representation would have had a Content-Type header field in a 200 (OK)
  // response, the server SHOULD generate that same Content-Type header field in the header area of each body part."
  if (!content_type.empty()) head.append("Content-Type: ").append(content_type).append("\r\n");
  return head.append("Content-Range: ").append(content_range(range, size)).append("\r\n\r\n");
}

std::string multipart_end(std::string_view boundary) {
  return std::string("\r\n--").append(boundary).append("--\r\n");
}

}  // namespace folio::http
