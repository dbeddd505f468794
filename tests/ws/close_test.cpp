#include "ws/close.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "conversation.hpp"

namespace folio::ws {
namespace {

using testing::bytes;
using testing::close_payload;

TEST(Rfc6455Section7_4, CodesThatMayBeOnTheWire) {
  for (int code = 0; code <= 65535; ++code) {
    const bool valid =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    EXPECT_EQ(is_valid_on_wire(CloseCode{static_cast<std::uint16_t>(code)}), valid) << code;
  }
}

TEST(Rfc6455Section5_5_1, Payloads) {
  CloseStatus status{CloseCode::Normal, "stale"};
  EXPECT_EQ(read_close("", status), CloseFault::None);
  EXPECT_EQ(status.code, CloseCode::NoStatus);
  EXPECT_EQ(status.reason, "");

  EXPECT_EQ(read_close("\x03", status), CloseFault::OneByte);

  EXPECT_EQ(read_close(bytes({0x03, 0xE8}), status), CloseFault::None);
  EXPECT_EQ(status.code, CloseCode::Normal);
  EXPECT_EQ(status.reason, "");

  const std::string full = close_payload(4001, std::string(123, 'x'));
  EXPECT_EQ(read_close(full, status), CloseFault::None);
  EXPECT_EQ(status.code, CloseCode{4001});
  EXPECT_EQ(status.reason, std::string(123, 'x'));

  const std::string greek = close_payload(1001, "κόσμε");
  EXPECT_EQ(read_close(greek, status), CloseFault::None);
  EXPECT_EQ(status.reason, "κόσμε");

  EXPECT_EQ(read_close(close_payload(1005), status), CloseFault::InvalidCode);
  EXPECT_EQ(read_close(close_payload(1005, "\xFF"), status), CloseFault::InvalidCode);
  EXPECT_EQ(read_close(close_payload(1000, "\xCE"), status), CloseFault::InvalidUtf8);
  EXPECT_EQ(read_close(close_payload(1000, "\xED\xA0\x80"), status), CloseFault::InvalidUtf8);
}

std::string written(CloseCode code, std::string_view reason) {
  char out[max_control_payload];
  return {out, write_close(out, code, reason)};
}

TEST(Rfc6455Section5_5_1, Writing) {
  EXPECT_EQ(written(CloseCode::NoStatus, ""), "");
  EXPECT_EQ(written(CloseCode::NoStatus, "no code, no reason"), "");
  EXPECT_EQ(written(CloseCode::Normal, ""), close_payload(1000));
  EXPECT_EQ(written(CloseCode{4999}, "bye"), close_payload(4999, "bye"));
  EXPECT_EQ(written(CloseCode::GoingAway, std::string(200, 'x')), close_payload(1001, std::string(123, 'x')));
  // 122 bytes and a code point of three: the whole of it goes.
  EXPECT_EQ(written(CloseCode::GoingAway, std::string(122, 'x') + "€"), close_payload(1001, std::string(122, 'x')));
  EXPECT_EQ(written(CloseCode::GoingAway, std::string(120, 'x') + "€"),
            close_payload(1001, std::string(120, 'x') + "€"));
  EXPECT_EQ(written(CloseCode::Normal, "broken \xC3"), close_payload(1000));
}

TEST(Rfc6455Section5_5_1, EveryFaultHasItsWords) {
  for (const CloseFault fault : {CloseFault::OneByte, CloseFault::InvalidCode, CloseFault::InvalidUtf8}) {
    EXPECT_FALSE(describe(fault).empty());
    EXPECT_LE(describe(fault).size(), max_close_reason);
  }
  EXPECT_EQ(describe(CloseFault::None), "");
}

}  // namespace
}  // namespace folio::ws
