#include "ws/deflate_negotiation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace folio::ws {
namespace {

std::vector<Extension> parse(std::string_view value) {
  const auto parsed = parse_extensions(value);
  EXPECT_TRUE(parsed.has_value()) << value;
  return parsed.value_or(std::vector<Extension>{});
}

const DeflatePolicy generous{true, true, 15, 15};

// The response to an offer, or "declined".
std::string answer(std::string_view offers, const DeflatePolicy& policy = generous) {
  const auto agreement = negotiate_deflate(parse(offers), policy);
  return agreement ? agreement->response : "declined";
}

std::string check(std::string_view response, const DeflatePolicy& policy = generous) {
  const auto result = check_deflate_response(parse(response), policy);
  const auto* fault = std::get_if<std::string>(&result);
  return fault != nullptr ? *fault : "";
}

std::optional<DeflateParameters> agreed(std::string_view response, const DeflatePolicy& policy = generous) {
  const auto result = check_deflate_response(parse(response), policy);
  EXPECT_TRUE(std::holds_alternative<std::optional<DeflateParameters>>(result)) << response;
  return std::get<std::optional<DeflateParameters>>(result);
}

// ---- §5 and §7.1.3: the server

TEST(Rfc7692Section5, AnOfferWithoutParameters) {
  EXPECT_EQ(answer("permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate", {}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  EXPECT_EQ(answer("Permessage-Deflate"), "permessage-deflate");
}

TEST(Rfc7692Section5, WhatBrowsersOffer) {
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", {}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits"), "permessage-deflate");
}

TEST(Rfc7692Section5, TheFirstValidOfferIsTaken) {
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=10, permessage-deflate"),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate, permessage-deflate; server_max_window_bits=10"), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate; no_such_thing, permessage-deflate; server_max_window_bits=12"),
            "permessage-deflate; server_max_window_bits=12");
}

TEST(Rfc7692Section5, OtherExtensionsAreLeftOut) {
  EXPECT_EQ(answer("x-webkit-deflate-frame; no_context_takeover, permessage-deflate, permessage-bzip2"),
            "permessage-deflate");
  EXPECT_EQ(answer("x-webkit-deflate-frame"), "declined");
  EXPECT_FALSE(negotiate_deflate({}).has_value());
}

// ---- §7: what is to be declined

TEST(Rfc7692Section7, InvalidOffersAreDeclined) {
  for (const std::string_view bad :
       {"permessage-deflate; unknown", "permessage-deflate; unknown=1",
        "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_no_context_takeover=true",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
        "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; Client_No_Context_Takeover"}) {
    EXPECT_EQ(answer(bad), "declined") << bad;
    EXPECT_EQ(answer(std::string(bad) + ", permessage-deflate"), "permessage-deflate") << bad;
  }
}

TEST(Rfc7692Section7_1_2, WindowBitsAreNumbersFrom8To15WithoutLeadingZeros) {
  for (const std::string_view name : {"server_max_window_bits", "client_max_window_bits"}) {
    for (int bits = 8; bits <= 15; ++bits) {
      const std::string number = std::to_string(bits);
      EXPECT_NE(answer("permessage-deflate; " + std::string(name) + "=" + number), "declined");
      EXPECT_NE(answer("permessage-deflate; " + std::string(name) + "=\"" + number + "\""), "declined");
    }
    for (const std::string_view bad :
         {"",    "0",  "1",   "7",    "16",  "20",  "08",  "010", "+10", "-10",        "10x",
          "x10", "1O", "1e1", "10.0", "0x8", "10 ", " 10", "100", "264", "4294967304", "18446744073709551626"}) {
      // Some of these no header field can carry; the rule holds for them too.
      const std::vector<Extension> offers = {{"permessage-deflate", {{std::string(name), std::string(bad)}}},
                                             {"permessage-deflate", {}}};
      EXPECT_FALSE(negotiate_deflate(std::span(offers).first(1), generous).has_value()) << name << '=' << bad;
      const auto agreement = negotiate_deflate(offers, generous);
      ASSERT_TRUE(agreement.has_value());
      EXPECT_EQ(agreement->response, "permessage-deflate") << "the next offer is tried";
    }
  }
}

TEST(Rfc7692Section7_1_2_1, AnAcceptedWindowOfTheServerIsInTheResponse) {
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=15"), "permessage-deflate; server_max_window_bits=15");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=8"), "permessage-deflate; server_max_window_bits=8");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=12", {true, true, 10, 15}),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate", {true, true, 10, 15}), "permessage-deflate; server_max_window_bits=10");
}

TEST(Rfc7692Section7_1_2_2, TheWindowOfTheClientIsLimitedOnlyIfItOffersThat) {
  const DeflatePolicy small{true, true, 15, 10};
  EXPECT_EQ(answer("permessage-deflate", small), "permessage-deflate");
  EXPECT_EQ(negotiate_deflate(parse("permessage-deflate"), small)->parameters.client_max_window_bits, 15);
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", small),
            "permessage-deflate; client_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=12", small),
            "permessage-deflate; client_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=9", small),
            "permessage-deflate; client_max_window_bits=9");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=9"), "permessage-deflate; client_max_window_bits=9");
}

// ---- §7.1: every combination of what may be offered and what the server wants

TEST(Rfc7692Section7_1, EveryCombination) {
  for (int take = 0; take < 16; ++take) {
    for (int server = 7; server <= 15; ++server) {    // 7: not there
      for (int client = 6; client <= 15; ++client) {  // 6: not there, 7: without a value
        std::string offer = "permessage-deflate";
        if ((take & 1) != 0) offer += "; server_no_context_takeover";
        if ((take & 2) != 0) offer += "; client_no_context_takeover";
        if (server != 7) offer += "; server_max_window_bits=" + std::to_string(server);
        if (client != 6) offer += "; client_max_window_bits";
        if (client > 7) offer += "=" + std::to_string(client);
        for (const int wanted : {8, 11, 15}) {
          const auto bits = static_cast<std::uint8_t>(wanted);
          const DeflatePolicy policy{(take & 4) != 0, (take & 8) != 0, bits, bits};
          const auto agreement = negotiate_deflate(parse(offer), policy);
          ASSERT_TRUE(agreement.has_value()) << offer;

          DeflateParameters expected;
          expected.server_no_context_takeover = (take & 1) != 0 || (take & 4) == 0;
          expected.client_no_context_takeover = (take & 2) != 0 || (take & 8) == 0;
          expected.server_max_window_bits = static_cast<std::uint8_t>(std::min(wanted, server == 7 ? 15 : server));
          expected.client_max_window_bits =
              static_cast<std::uint8_t>(client == 6 ? 15 : std::min(wanted, client == 7 ? 15 : client));
          EXPECT_TRUE(agreement->parameters == expected) << offer;

          const auto response = parse(agreement->response);
          ASSERT_EQ(response.size(), 1U);
          bool has_server_bits = false;
          for (const ExtensionParameter& parameter : response[0].parameters) {
            has_server_bits |= parameter.name == "server_max_window_bits";
            EXPECT_TRUE(parameter.name != "client_max_window_bits" || client != 6) << agreement->response;
          }
          EXPECT_TRUE(server == 7 || has_server_bits) << agreement->response;
          // And a client that offers anything takes it as it was meant.
          EXPECT_TRUE(agreed(agreement->response) == expected) << agreement->response;
        }
      }
    }
  }
}

// ---- The client

TEST(Rfc7692Section7_1, TheClientsOffer) {
  EXPECT_EQ(deflate_offer(generous), "permessage-deflate; client_max_window_bits");
  EXPECT_EQ(deflate_offer({}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits");
  EXPECT_EQ(deflate_offer({true, false, 10, 9}),
            "permessage-deflate; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9");
}

TEST(Rfc7692Section7_1, WhatTheServerAnswersIsTaken) {
  EXPECT_FALSE(check_deflate_response({}).index() != 0);
  EXPECT_FALSE(agreed("x-other").has_value());
  EXPECT_TRUE(agreed("permessage-deflate") == DeflateParameters{});
  EXPECT_TRUE(agreed("x-other, Permessage-Deflate") == DeflateParameters{});
  EXPECT_TRUE(agreed("permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                     "server_max_window_bits=\"10\"; client_max_window_bits=9") ==
              (DeflateParameters{true, true, 10, 9}));
  // What the client wants of itself holds even if the server does not ask for it.
  EXPECT_TRUE(agreed("permessage-deflate", {true, false, 15, 9}) == (DeflateParameters{false, true, 15, 9}));
}

TEST(Rfc7692Section7_1, AResponseThatIsWrongFailsTheConnection) {
  const std::string start = "the server's permessage-deflate: ";
  const std::string offered = "permessage-deflate";
  EXPECT_EQ(check("permessage-deflate, x, permessage-deflate"), "the server takes permessage-deflate more than once");
  EXPECT_EQ(check(offered + "; unknown"), start + "unknown parameter unknown");
  EXPECT_EQ(check(offered + "; server_no_context_takeover=1"), start + "server_no_context_takeover has a value");
  EXPECT_EQ(check(offered + "; client_no_context_takeover=1"), start + "client_no_context_takeover has a value");
  EXPECT_EQ(check(offered + "; server_max_window_bits=9; server_max_window_bits=9"),
            start + "server_max_window_bits is there more than once");
  EXPECT_EQ(check(offered + "; server_max_window_bits"), start + "server_max_window_bits has no value");
  EXPECT_EQ(check(offered + "; client_max_window_bits"), start + "client_max_window_bits has no value");
  for (const std::string_view bad : {"7", "16", "08", "010", "+10", "10x"}) {
    EXPECT_EQ(check(offered + "; server_max_window_bits=" + std::string(bad)),
              start + "server_max_window_bits is not a number from 8 to 15");
    EXPECT_EQ(check(offered + "; client_max_window_bits=" + std::string(bad)),
              start + "client_max_window_bits is not a number from 8 to 15");
  }
  // What the offer asked of the server, and did not get.
  EXPECT_EQ(check(offered, {false, true, 15, 15}), start + "server_no_context_takeover was offered and is missing");
  EXPECT_EQ(check(offered, {true, true, 10, 15}), start + "server_max_window_bits was offered and is missing");
  EXPECT_EQ(check(offered + "; server_max_window_bits=11", {true, true, 10, 15}),
            start + "server_max_window_bits is greater than was offered");
  EXPECT_EQ(check(offered + "; client_max_window_bits=11", {true, true, 15, 10}),
            start + "client_max_window_bits is greater than was offered");
}

TEST(Rfc7692Section7_1, OurClientAndOurServerAgree) {
  for (int take = 0; take < 16; ++take) {
    for (const std::uint8_t asked : {8, 10, 15}) {
      for (const std::uint8_t wanted : {8, 12, 15}) {
        const DeflatePolicy client{(take & 1) != 0, (take & 2) != 0, asked, asked};
        const DeflatePolicy server{(take & 4) != 0, (take & 8) != 0, wanted, wanted};
        const auto agreement = negotiate_deflate(parse(deflate_offer(client)), server);
        ASSERT_TRUE(agreement.has_value());
        EXPECT_TRUE(agreed(agreement->response, client) == agreement->parameters) << agreement->response;
      }
    }
  }
}

}  // namespace
}  // namespace folio::ws
