// W3C Trace Context: the fields `traceparent` and `tracestate`, by which one request is followed through many servers.
// https://www.w3.org/TR/trace-context/ (level 1, and of level 2 the flag `random` and the keys). Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace folio::http {

// What a traceparent says. The ids are lower-case hexadecimal, and never all zeros.
struct TraceParent {
  std::array<char, 32> trace_id{};
  std::array<char, 16> parent_id{};
  std::uint8_t flags = 0;  // those of trace_flags

  [[nodiscard]] std::string_view trace() const { return {trace_id.data(), trace_id.size()}; }
  [[nodiscard]] std::string_view parent() const { return {parent_id.data(), parent_id.size()}; }
};

// §3.2.2.5 and level 2 §3.2.2.5.2. Others are not passed on.
namespace trace_flags {
inline constexpr std::uint8_t sampled = 1;  // the caller may have recorded this request
inline constexpr std::uint8_t random = 2;   // the last seven bytes of the trace's id are random
inline constexpr std::uint8_t known = sampled | random;
}  // namespace trace_flags

// Nothing when the value is not to the letter; then the trace begins anew, and tracestate is not looked at.
[[nodiscard]] std::optional<TraceParent> parse_traceparent(std::string_view value);

// `00-<trace_id>-<parent_id>-<flags>`. REQUIRES: ids of 32 and 16 lower-case hexadecimal digits.
[[nodiscard]] std::string write_traceparent(std::string_view trace_id, std::string_view parent_id, std::uint8_t flags);

// §3.3.1.1: "There can be a maximum of 32 list-members in a list."
inline constexpr std::size_t max_trace_members = 32;
// §3.3.1.5: "Vendors SHOULD propagate at least 512 characters of a combined header." More would let any client make all
// our calls longer.
inline constexpr std::size_t max_trace_state = 512;

// The members of all tracestate fields of a request, in their order, as the value of one field to be passed on. What is
// past max_trace_state loses whole members. Empty when there are none, when one of them is malformed or repeated, or
// when there are more than may be.
[[nodiscard]] std::string combine_tracestate(std::span<const std::string_view> fields);

}  // namespace folio::http
