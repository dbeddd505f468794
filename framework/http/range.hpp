// Range requests in bytes: which parts of a representation a client asks for, and the framing of several in one
// response. RFC 9110 §14, §15.3.7. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace folio::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;  // not 0

  bool operator==(const ByteRange&) const = default;
};

struct RangeSelection {
  enum class Outcome : std::uint8_t {
    Whole,          // 200: the field is malformed, of another unit, or asks for more parts than there may be
    Partial,        // 206: `ranges`
    Unsatisfiable,  // 416: nothing of what is asked for is there
  };
  Outcome outcome = Outcome::Whole;
  // In the order of the request, disjoint, and further apart than part_overhead.
  std::vector<ByteRange> ranges;
};

// Bytes that one more part costs, about. RFC 9110 §15.3.7.2: "a server MAY coalesce any of the ranges that overlap, or
// that are separated by a gap that is smaller than the overhead of sending multiple parts". So no response is larger
// than the representation and some heads, whatever is asked for.
inline constexpr std::uint64_t part_overhead = 80;

// `field` is the value of Range, `size` that of the representation. A field that names more than `max_ranges`, even in
// part unsatisfiable ones, is ignored: RFC 9110 §14.2: "A server that supports range requests MAY ignore or reject a
// Range header field that contains [...] a set of many small ranges".
[[nodiscard]] RangeSelection select_ranges(std::string_view field, std::uint64_t size, std::size_t max_ranges);

// The value of Content-Range: "bytes 0-499/1234", and "bytes */1234" for 416. RFC 9110 §14.4.
[[nodiscard]] std::string content_range(const ByteRange& range, std::uint64_t size);
[[nodiscard]] std::string unsatisfied_range(std::uint64_t size);

// multipart/byteranges (RFC 9110 §14.6, RFC 2046 §5.1): what stands before each part, and behind the last one.
// `boundary` must not occur in the representation: a random one does not.
[[nodiscard]] std::string part_head(std::string_view boundary, std::string_view content_type, const ByteRange& range,
                                    std::uint64_t size);
[[nodiscard]] std::string multipart_end(std::string_view boundary);

}  // namespace folio::http
