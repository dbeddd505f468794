// Any bytes as a Range field, If-Match and If-None-Match: what is selected lies inside of the representation, in parts
// that are few, disjoint and worth their heads; and what is sent for them is never more than the representation.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "http/conditional.hpp"
#include "http/range.hpp"

namespace {

using namespace folio;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_ranges(std::string_view field, std::uint64_t size, std::size_t max_ranges) {
  const http::RangeSelection selection = http::select_ranges(field, size, max_ranges);
  require(selection.ranges.empty() == (selection.outcome != http::RangeSelection::Outcome::Partial));
  require(selection.ranges.size() <= max_ranges);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < selection.ranges.size(); ++i) {
    const http::ByteRange& range = selection.ranges[i];
    require(range.length != 0 && range.first < size && range.length <= size - range.first);
    sum += range.length;
    for (std::size_t k = 0; k < i; ++k) {
      const http::ByteRange& other = selection.ranges[k];
      const auto& left = range.first < other.first ? range : other;
      const auto& right = range.first < other.first ? other : range;
      require(right.first > left.first + left.length + http::part_overhead);
    }
  }
  require(sum <= size);
}

void check_conditions(std::string_view field) {
  const http::Validators current{.tag = http::EntityTag{"\"a\""}, .modified = 1'000'000'000};
  const auto match = http::evaluate({.if_match = field}, current, Method::Get, 1'700'000'000);
  const auto none_match = http::evaluate({.if_none_match = field}, current, Method::Get, 1'700'000'000);
  require(match != http::Verdict::NotModified && none_match != http::Verdict::PreconditionFailed);
  // What matches strongly matches weakly.
  require(match != http::Verdict::Perform || none_match == http::Verdict::NotModified);
  if (http::range_applies({.if_range = field}, current, 1'700'000'000) && field.find('"') != std::string_view::npos) {
    require(match == http::Verdict::Perform);
  }
  (void)http::evaluate({.if_modified_since = field, .if_unmodified_since = field}, current, Method::Put, 1'700'000'000);
}

}  // namespace

// Input: eight bytes for the size, one for the limit, then the field's value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 9) return 0;
  std::uint64_t bytes;
  std::memcpy(&bytes, data, sizeof(bytes));
  const std::string_view field(reinterpret_cast<const char*>(data) + 9, size - 9);
  check_ranges(field, bytes >> 1, data[8] % 40);  // sizes of files are signed
  check_ranges(field, bytes % 4096, data[8] % 40);
  check_conditions(field);
  return 0;
}
