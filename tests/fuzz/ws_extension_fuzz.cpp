// Any bytes as a Sec-WebSocket-Extensions field: what parses is made of tokens and survives being written out and
// parsed again; any offer that the server takes it answers within its policy and the offer, in a way that a client
// accepts and understands alike; and any answer that our client accepts is within what it offered.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ascii.hpp"
#include "ws/deflate_negotiation.hpp"
#include "ws/extension.hpp"

namespace {

using namespace folio;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string written(const std::vector<ws::Extension>& extensions, bool quoted) {
  std::string text;
  for (const ws::Extension& extension : extensions) {
    text += (text.empty() ? "" : ", ") + extension.name;
    for (const ws::ExtensionParameter& parameter : extension.parameters) {
      text += "; " + parameter.name;
      if (parameter.value) text += quoted ? "=\"" + *parameter.value + '"' : "=" + *parameter.value;
    }
  }
  return text;
}

bool in_range(std::uint8_t bits, std::uint8_t most) {
  return bits >= ws::min_window_bits && bits <= most;
}

using Checked = std::variant<std::optional<ws::DeflateParameters>, std::string>;

void check_server(const std::vector<ws::Extension>& offers, const ws::DeflatePolicy& policy) {
  const auto agreement = ws::negotiate_deflate(offers, policy);
  if (!agreement) return;
  const ws::DeflateParameters& agreed = agreement->parameters;
  require(std::ranges::any_of(
      offers, [](const ws::Extension& offer) { return base::iequals(offer.name, ws::deflate_extension); }));
  require(agreed.server_no_context_takeover || policy.server_context_takeover);
  require(agreed.client_no_context_takeover || policy.client_context_takeover);
  require(in_range(agreed.server_max_window_bits, policy.server_max_window_bits));
  require(in_range(agreed.client_max_window_bits, ws::max_window_bits));

  const auto response = ws::parse_extensions(agreement->response);
  require(response && response->size() == 1);
  const Checked checked = ws::check_deflate_response(*response, {true, true, 15, 15});
  require(std::get<std::optional<ws::DeflateParameters>>(checked) == agreed);
}

void check_client(const std::vector<ws::Extension>& answered, const ws::DeflatePolicy& policy) {
  const Checked checked = ws::check_deflate_response(answered, policy);
  if (const auto* fault = std::get_if<std::string>(&checked)) return require(!fault->empty());
  const auto& agreed = std::get<std::optional<ws::DeflateParameters>>(checked);
  if (!agreed) return;
  require(agreed->server_no_context_takeover || policy.server_context_takeover);
  require(agreed->client_no_context_takeover || policy.client_context_takeover);
  require(in_range(agreed->server_max_window_bits, policy.server_max_window_bits));
  require(in_range(agreed->client_max_window_bits, policy.client_max_window_bits));
}

}  // namespace

// Input: two bytes of policy, then the field's value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ws::DeflatePolicy policy{(data[0] & 1) != 0, (data[0] & 2) != 0, static_cast<std::uint8_t>(8 + data[1] % 8),
                                 static_cast<std::uint8_t>(8 + data[1] / 8 % 8)};
  const auto extensions = ws::parse_extensions({reinterpret_cast<const char*>(data) + 2, size - 2});
  if (!extensions) return 0;
  require(!extensions->empty());
  for (const ws::Extension& extension : *extensions) {
    require(base::is_token(extension.name));
    for (const ws::ExtensionParameter& parameter : extension.parameters) {
      require(base::is_token(parameter.name) && (!parameter.value || base::is_token(*parameter.value)));
    }
  }
  const std::string canonical = written(*extensions, false);
  for (const bool quoted : {false, true}) {
    const auto again = ws::parse_extensions(written(*extensions, quoted));
    require(again && written(*again, false) == canonical);
  }

  check_server(*extensions, policy);
  check_client(*extensions, policy);

  // Whatever our client wants, our server understands.
  const auto offer = ws::parse_extensions(ws::deflate_offer(policy));
  require(offer && ws::negotiate_deflate(*offer, policy));
  check_server(*offer, {});
  return 0;
}
