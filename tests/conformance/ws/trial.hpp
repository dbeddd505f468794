// A case of a table under one of the circumstances in which it must come out the same.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "conformance/ws/conversation.hpp"
#include "conformance/wire.hpp"

namespace folio::conformance {

struct Trial {
  std::shared_ptr<const Case> conversation;
  Pace pace = Pace::Whole;
  // Whether permessage-deflate is agreed on.
  bool extended = false;
};

// Every case at every pace, and once more with permessage-deflate.
[[nodiscard]] std::vector<Trial> trials(std::vector<Case> cases);
[[nodiscard]] std::string trial_name(const testing::TestParamInfo<Trial>& info);
void PrintTo(const Trial& trial, std::ostream* out);

[[nodiscard]] std::string_view pace_name(Pace pace);

// The one test of all tables of conversations. Each table is an instantiation of its own: INSTANTIATE_TEST_SUITE_P.
class Server : public testing::TestWithParam<Trial> {};

// What happened instead of what a step says, or success.
[[nodiscard]] testing::AssertionResult play(Peer& peer, const Step& step, Pace pace);
// All steps, and a closing handshake unless they have an end.
void converse(Peer& peer, const std::vector<Step>& steps, Pace pace);

}  // namespace folio::conformance
