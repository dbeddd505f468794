#include "ws/deflate_negotiation.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace folio::ws {
namespace {

constexpr std::string_view server_takeover = "server_no_context_takeover";
constexpr std::string_view client_takeover = "client_no_context_takeover";
constexpr std::string_view server_bits = "server_max_window_bits";
constexpr std::string_view client_bits = "client_max_window_bits";

// The parameters of one offer or answer, as far as the rules for both go.
struct Listed {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<std::uint8_t> server_max_window_bits;
  bool has_client_max_window_bits = false;  // with or without a value
  std::optional<std::uint8_t> client_max_window_bits;
};

// RFC 7692 §7.1.2.1: "This parameter has a decimal integer value without leading zeroes between 8 to 15, inclusive".
std::optional<std::uint8_t> parse_window_bits(std::string_view value) {
  if (value == "8" || value == "9") return static_cast<std::uint8_t>(value[0] - '0');
  if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') {
    return static_cast<std::uint8_t>(10 + value[1] - '0');
  }
  return std::nullopt;
}

// Reads the parameters, and gives what is wrong with them; empty when nothing is. RFC 7692 §7: a server MUST decline an
// offer, and a client MUST fail the connection on an answer, that has a parameter which is not defined, one with an
// invalid value, or several of the same name.
std::string read_parameters(const Extension& extension, Listed& listed) {
  for (auto each = extension.parameters.begin(); each != extension.parameters.end(); ++each) {
    const auto names_it = [&](const ExtensionParameter& other) { return base::iequals(other.name, each->name); };
    if (std::any_of(extension.parameters.begin(), each, names_it)) return each->name + " is there more than once";

    std::optional<std::uint8_t> bits;
    if (base::iequals(each->name, server_takeover) || base::iequals(each->name, client_takeover)) {
      // RFC 7692 §7.1.1.1 and §7.1.1.2: "This extension parameter has no value."
      if (each->value) return each->name + " has a value";
      (base::iequals(each->name, server_takeover) ? listed.server_no_context_takeover
                                                  : listed.client_no_context_takeover) = true;
      continue;
    }
    if (!base::iequals(each->name, server_bits) && !base::iequals(each->name, client_bits)) {
      return "unknown parameter " + each->name;
    }
    if (each->value) {
      bits = parse_window_bits(*each->value);
      if (!bits) return each->name + " is not a number from 8 to 15";
    }
    if (base::iequals(each->name, server_bits)) {
      if (!bits) return each->name + " has no value";
      listed.server_max_window_bits = bits;
    } else {
      listed.has_client_max_window_bits = true;
      listed.client_max_window_bits = bits;
    }
  }
  return {};
}

void append_parameter(std::string& text, std::string_view name) {
  text += "; ";
  text += name;
}

void append_parameter(std::string& text, std::string_view name, unsigned value) {
  append_parameter(text, name);
  text += '=' + std::to_string(value);
}

DeflateAgreement accept(const Listed& offer, const DeflatePolicy& policy) {
  DeflateAgreement agreement;
  DeflateParameters& agreed = agreement.parameters;
  std::string& response = agreement.response;
  response = deflate_extension;

  // RFC 7692 §7.1.1.1: "A server accepts an extension negotiation offer that includes the "server_no_context_takeover"
  // extension parameter by including the "server_no_context_takeover" extension parameter in the corresponding
  // extension negotiation response to send back to the client." — "A server MAY include the
  // "server_no_context_takeover" extension parameter in an extension negotiation response even if the extension
  // negotiation offer being accepted by the extension negotiation response didn't include [it]".
  agreed.server_no_context_takeover = offer.server_no_context_takeover || !policy.server_context_takeover;
  if (agreed.server_no_context_takeover) append_parameter(response, server_takeover);

  // RFC 7692 §7.1.1.2: "A server MAY include the "client_no_context_takeover" extension parameter in an extension
  // negotiation response." In an offer it is a hint, which spares us the client's window.
  agreed.client_no_context_takeover = offer.client_no_context_takeover || !policy.client_context_takeover;
  if (agreed.client_no_context_takeover) append_parameter(response, client_takeover);

  // RFC 7692 §7.1.2.1: "A server accepts an extension negotiation offer with this parameter by including the
  // "server_max_window_bits" extension parameter in the extension negotiation response to send back to the client with
  // the same or smaller value as the offer." — "A server MAY include [it] even if the extension negotiation offer being
  // accepted by the response didn't include the "server_max_window_bits" extension parameter."
  agreed.server_max_window_bits =
      std::min(offer.server_max_window_bits.value_or(max_window_bits), policy.server_max_window_bits);
  if (offer.server_max_window_bits || agreed.server_max_window_bits < max_window_bits) {
    append_parameter(response, server_bits, agreed.server_max_window_bits);
  }

  // RFC 7692 §7.1.2.2: "If a received extension negotiation offer doesn't have the "client_max_window_bits" extension
  // parameter, the corresponding extension negotiation response to the offer MUST NOT include the
  // "client_max_window_bits" extension parameter." — "Absence of this extension parameter in an extension negotiation
  // response indicates that the server can receive messages compressed using an LZ77 sliding window of up to 32,768
  // bytes."
  if (offer.has_client_max_window_bits) {
    agreed.client_max_window_bits =
        std::min(offer.client_max_window_bits.value_or(max_window_bits), policy.client_max_window_bits);
    if (agreed.client_max_window_bits < max_window_bits) {
      append_parameter(response, client_bits, agreed.client_max_window_bits);
    }
  }
  return agreement;
}

}  // namespace

std::optional<DeflateAgreement> negotiate_deflate(std::span<const Extension> offers, const DeflatePolicy& policy) {
  // RFC 7692 §5: "The order of elements is important as it specifies the client's preference. An element preceding
  // another element has higher preference."
  for (const Extension& offer : offers) {
    if (!base::iequals(offer.name, deflate_extension)) continue;
    Listed listed;
    if (read_parameters(offer, listed).empty()) return accept(listed, policy);
  }
  return std::nullopt;
}

std::string deflate_offer(const DeflatePolicy& policy) {
  std::string offer(deflate_extension);
  if (!policy.server_context_takeover) append_parameter(offer, server_takeover);
  if (!policy.client_context_takeover) append_parameter(offer, client_takeover);
  if (policy.server_max_window_bits < max_window_bits) {
    append_parameter(offer, server_bits, policy.server_max_window_bits);
  }
  // RFC 7692 §7.1.2.2: by this parameter, with or without a value, "a client informs the peer server that the client
  // supports the "client_max_window_bits" extension parameter in an extension negotiation response".
  if (policy.client_max_window_bits < max_window_bits) {
    append_parameter(offer, client_bits, policy.client_max_window_bits);
  } else {
    append_parameter(offer, client_bits);
  }
  return offer;
}

std::variant<std::optional<DeflateParameters>, std::string> check_deflate_response(std::span<const Extension> answered,
                                                                                   const DeflatePolicy& policy) {
  const Extension* answer = nullptr;
  for (const Extension& extension : answered) {
    if (!base::iequals(extension.name, deflate_extension)) continue;
    if (answer != nullptr) return "the server takes permessage-deflate more than once";
    answer = &extension;
  }
  if (answer == nullptr) return std::nullopt;

  const auto fault = [](std::string_view what) { return "the server's permessage-deflate: " + std::string(what); };
  Listed listed;
  if (const std::string wrong = read_parameters(*answer, listed); !wrong.empty()) return fault(wrong);

  DeflateParameters agreed;
  // An answer without what the offer asked of the server does not accept the offer: §7.1.1.1 and §7.1.2.1, as above.
  agreed.server_no_context_takeover = listed.server_no_context_takeover;
  if (!policy.server_context_takeover && !listed.server_no_context_takeover) {
    return fault("server_no_context_takeover was offered and is missing");
  }
  agreed.server_max_window_bits = listed.server_max_window_bits.value_or(max_window_bits);
  if (agreed.server_max_window_bits > policy.server_max_window_bits) {
    return fault(listed.server_max_window_bits ? "server_max_window_bits is greater than was offered"
                                               : "server_max_window_bits was offered and is missing");
  }

  // RFC 7692 §7.1.1.2: "By including the "client_no_context_takeover" extension parameter in an extension negotiation
  // response, a server prevents the peer client from using context takeover." Otherwise we may do without.
  agreed.client_no_context_takeover = listed.client_no_context_takeover || !policy.client_context_takeover;

  // RFC 7692 §7.1.2.2: in an answer the parameter has a value, "equal to or smaller than the received value".
  if (listed.has_client_max_window_bits && !listed.client_max_window_bits) {
    return fault("client_max_window_bits has no value");
  }
  agreed.client_max_window_bits = listed.client_max_window_bits.value_or(policy.client_max_window_bits);
  if (agreed.client_max_window_bits > policy.client_max_window_bits) {
    return fault("client_max_window_bits is greater than was offered");
  }
  return agreed;
}

}  // namespace folio::ws
