// Any bytes as a traceparent, and behind the first line break as tracestate fields: what is taken is what is passed on,
// within its bounds, and a server that gets it reads the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"
#include "http/trace_context.hpp"

namespace {

using namespace folio;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_parent(std::string_view value) {
  const auto parsed = http::parse_traceparent(value);
  if (!parsed) return;
  require(value.substr(3, 32) == parsed->trace() && value.substr(36, 16) == parsed->parent());
  require((parsed->flags & ~http::trace_flags::known) == 0);
  const std::string written = http::write_traceparent(parsed->trace(), parsed->parent(), parsed->flags);
  const auto again = http::parse_traceparent(written);
  require(again && again->trace() == parsed->trace() && again->parent() == parsed->parent() &&
          again->flags == parsed->flags);
}

void check_state(std::string_view text) {
  std::vector<std::string_view> fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    fields.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const std::string combined = http::combine_tracestate(fields);
  require(combined.size() <= http::max_trace_state && base::is_field_value(combined));
  require(combined == base::trim_ows(combined));
  const std::string_view again[] = {combined};
  require(http::combine_tracestate(again) == combined);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  check_parent(input.substr(0, end));
  check_state(input.substr(std::min(end + 1, input.size())));
  return 0;
}
