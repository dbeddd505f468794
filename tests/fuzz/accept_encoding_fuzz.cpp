// Any bytes as an Accept-Encoding field: weights are thousandths, and what is chosen is on offer, acceptable, and not
// liked less than anything else that is.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/content_coding.hpp"

namespace {

using folio::http::AcceptedCodings;
using folio::http::ContentCoding;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const AcceptedCodings accepted(std::string_view(reinterpret_cast<const char*>(data), size));
  constexpr std::array all{ContentCoding::Brotli, ContentCoding::Zstd, ContentCoding::Gzip};
  for (const ContentCoding coding : all) require(accepted.weight(coding) >= 0 && accepted.weight(coding) <= 1000);
  const ContentCoding chosen = accepted.choose(all);
  require(chosen == ContentCoding::Identity || accepted.weight(chosen) > 0);
  for (const ContentCoding coding : all) require(accepted.weight(coding) <= accepted.weight(chosen));
  for (const ContentCoding coding : all) {
    const ContentCoding alone = accepted.choose({coding});
    require(alone == ContentCoding::Identity || alone == coding);
  }
  return 0;
}
