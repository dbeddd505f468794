#include "http/trace_context.hpp"

#include <algorithm>
#include <vector>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

// §3.2: "version-format = trace-id "-" parent-id "-" trace-flags", behind the version's two digits and a dash.
constexpr std::size_t trace_at = 3;
constexpr std::size_t parent_at = trace_at + 32 + 1;
constexpr std::size_t flags_at = parent_at + 16 + 1;
constexpr std::size_t length = flags_at + 2;

// "HEXDIGLC = DIGIT / "a" / "b" / "c" / "d" / "e" / "f" ; lowercase hex character"
constexpr base::ByteSet hex_bytes = base::ByteSet("abcdef").add_range('0', '9');
// Level 2, §3.3.1.3.1: "keychar = lcalpha / DIGIT / "_" / "-"/ "*" / "/" / "@"". Level 1 allows fewer of these.
constexpr base::ByteSet key_bytes = base::ByteSet("_-*/@").add_range('0', '9').add_range('a', 'z');
// §3.3.1.3.2: "nblk-chr = %x21-2B / %x2D-3C / %x3E-7E; chr = %x20 / nblk-chr"
constexpr base::ByteSet value_bytes = base::ByteSet().add_range(0x20, 0x2b).add_range(0x2d, 0x3c).add_range(0x3e, 0x7e);

constexpr std::size_t longest_key = 256;
constexpr std::size_t longest_value = 256;
constexpr std::size_t large_member = 128;

bool is_id(std::string_view digits) {
  // §3.2.2.3, §3.2.2.4: "All bytes as zero is considered an invalid value."
  return hex_bytes.contains_all(digits) && digits.find_first_not_of('0') != std::string_view::npos;
}

std::uint8_t byte_of(std::string_view digits) {
  return static_cast<std::uint8_t>(base::hex_digit(digits[0]) * 16 + base::hex_digit(digits[1]));
}

// "list-member = key "=" value". REQUIRES: trimmed.
bool is_member(std::string_view member) {
  const std::size_t equals = member.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view key = member.substr(0, equals);
  const std::string_view value = member.substr(equals + 1);
  return !key.empty() && key.size() <= longest_key && (base::is_lower(key[0]) || base::is_digit(key[0])) &&
         key_bytes.contains_all(key) && !value.empty() && value.size() <= longest_value &&
         value_bytes.contains_all(value);
}

std::string_view key_of(std::string_view member) {
  return member.substr(0, member.find('='));
}

// §3.3.1.5: "Entries larger than 128 characters long SHOULD be removed first. Then entries SHOULD be removed starting
// from the end of tracestate."
void shorten(std::vector<std::string_view>& members) {
  std::size_t size = members.size() - 1;
  for (const std::string_view member : members) size += member.size();
  for (std::size_t i = members.size(); size > max_trace_state && i-- > 0;) {
    if (members[i].size() <= large_member) continue;
    size -= members[i].size() + 1;
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
  }
  while (size > max_trace_state && !members.empty()) {
    size -= members.back().size() + 1;
    members.pop_back();
  }
}

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view value) {
  if (value.size() < length || value[2] != '-' || value[parent_at - 1] != '-' || value[flags_at - 1] != '-') {
    return std::nullopt;
  }
  const std::string_view version = value.substr(0, 2);
  // §3.2.2.1: "Version ff is invalid." §4.3: of a higher version, "If the size of the header is shorter than 55
  // characters, the vendor should not parse the header and should restart the trace", and what is longer goes on with a
  // dash.
  if (!hex_bytes.contains_all(version) || version == "ff") return std::nullopt;
  if (value.size() > length && (version == "00" || value[length] != '-')) return std::nullopt;
  const std::string_view trace = value.substr(trace_at, 32);
  const std::string_view parent = value.substr(parent_at, 16);
  const std::string_view flags = value.substr(flags_at, 2);
  if (!is_id(trace) || !is_id(parent) || !hex_bytes.contains_all(flags)) return std::nullopt;
  TraceParent parsed;
  std::ranges::copy(trace, parsed.trace_id.begin());
  std::ranges::copy(parent, parsed.parent_id.begin());
  // "the behavior of other flags … is not defined": "vendors MUST set those to zero".
  parsed.flags = byte_of(flags) & trace_flags::known;
  return parsed;
}

std::string write_traceparent(std::string_view trace_id, std::string_view parent_id, std::uint8_t flags) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(length);
  text.append("00-").append(trace_id).append("-").append(parent_id).append("-");
  text += digits[flags >> 4];
  text += digits[flags & 15];
  return text;
}

std::string combine_tracestate(std::span<const std::string_view> fields) {
  std::vector<std::string_view> members;
  for (std::string_view rest : fields) {
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view member = base::trim_ows(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (member.empty()) continue;  // "Empty list members are allowed in tracestate"
      if (!is_member(member) || members.size() == max_trace_members) return {};
      // §3.3.1.3: "Only one entry per key is allowed."
      for (const std::string_view other : members) {
        if (key_of(other) == key_of(member)) return {};
      }
      members.push_back(member);
    }
  }
  if (members.empty()) return {};
  shorten(members);
  std::string combined;
  for (const std::string_view member : members) {
    if (!combined.empty()) combined += ',';
    combined += member;
  }
  return combined;
}

}  // namespace folio::http
