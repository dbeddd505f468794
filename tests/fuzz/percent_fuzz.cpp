// Any bytes as percent-encoded text: what is encoded decodes to itself, decoding never writes past what it was given, and
// the lenient reading of forms agrees with the strict one wherever that takes the text.
#include "base/percent.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace folio;
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  const std::string encoded = base::percent_encode(text);
  require(base::percent_decode(encoded) == text);
  require(base::form_decode(encoded) == text);

  const auto decoded = base::percent_decode(text);
  std::string in_place(text);
  const auto length = base::percent_decode_to(in_place, in_place.data());
  require(length.has_value() == decoded.has_value());
  if (decoded) require(*length <= size && in_place.substr(0, *length) == *decoded);

  const auto form = base::form_decode(text);
  const std::string lenient = base::form_decode_lenient(text);
  require(lenient.size() <= size);
  if (form) require(lenient == *form);
  return 0;
}
