// Every case of cases/*.txt, whole, in pieces of seven bytes and byte by byte; and over TLS, whole and in pieces of seven.
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "conformance/http/answer.hpp"
#include "conformance/http/cases.hpp"
#include "conformance/http/server.hpp"
#include "conformance/wire.hpp"

namespace folio::conformance {
namespace {

struct Trial {
  std::shared_ptr<const Case> conversation;
  Pace pace = Pace::Whole;
  bool secure = false;
};

void PrintTo(const Trial& trial, std::ostream* out) {
  *out << trial.conversation->where << ": " << trial.conversation->source << ": " << trial.conversation->what;
}

std::vector<Trial> trials() {
  std::vector<Trial> made;
  for (Case& each : read_cases()) {
    const auto shared = std::make_shared<const Case>(std::move(each));
    made.push_back({shared, Pace::Whole});
    // What is about deadlines takes seconds, and is the same at any pace.
    if (shared->server == ServerKind::Impatient) continue;
    made.push_back({shared, Pace::Sevens});
    made.push_back({shared, Pace::Single});
    made.push_back({shared, Pace::Whole, true});
    made.push_back({shared, Pace::Sevens, true});
  }
  return made;
}

std::string trial_name(const testing::TestParamInfo<Trial>& info) {
  const Pace pace = info.param.pace;
  const Case& each = *info.param.conversation;
  return each.topic + "_" + each.id + (pace == Pace::Whole ? "" : pace == Pace::Sevens ? "_by_seven" : "_by_one") +
         (info.param.secure ? "_tls" : "");
}

std::string what_came(const Answer& answer) {
  std::string made = std::to_string(answer.status);
  for (const auto& [name, value] : answer.fields) made.append("\n  ").append(name).append(": ").append(value);
  return made.append("\n  ").append(answer.body.substr(0, 500));
}

void compare(const Step& step, const Answer& answer) {
  ASSERT_EQ(answer.fault, "") << "expected " << step.status << ", got " << what_came(answer);
  ASSERT_EQ(answer.status, step.status) << what_came(answer);
  for (const auto& [name, value] : step.fields) {
    EXPECT_EQ(answer.count(name), 1U) << name << " of " << what_came(answer);
    EXPECT_EQ(answer.field(name), value) << name;
  }
  for (const std::string& name : step.absent) EXPECT_EQ(answer.count(name), 0U) << name << " of " << what_came(answer);
  if (step.body) EXPECT_EQ(answer.body, *step.body);
  for (const std::string& part : step.in_body) EXPECT_NE(answer.body.find(part), std::string::npos) << answer.body;
}

void expect_end(Wire& wire) {
  while (wire.receive()) {
  }
  EXPECT_EQ(wire.input(), "") << "after the last answer";
  ASSERT_EQ(wire.fault(), "");
  wire.end();
  EXPECT_EQ(wire.fault(), "");
}

// The connection lives: another request is answered, and with nothing before its answer.
void expect_open(Wire& wire) {
  ASSERT_TRUE(wire.send("GET /probe HTTP/1.1\r\nHost: probe\r\n\r\n", Pace::Whole)) << wire.fault();
  const Answer answer = receive_answer(wire, false);
  ASSERT_EQ(answer.fault, "") << "the connection is not open: " << what_came(answer);
  ASSERT_EQ(answer.status, 200) << what_came(answer);
  EXPECT_EQ(answer.body, "probe");
  wire.end();
  expect_end(wire);
}

class Http : public testing::TestWithParam<Trial> {};

TEST_P(Http, Conforms) {
  const auto& [conversation, pace, secure] = GetParam();
  const int before = dispatched();
  int handled = 0;
  bool ended = false;
  bool close_announced = false;
  Wire wire(secure ? tls_port() : port_of(conversation->server), secure ? &tls_client() : nullptr);
  ASSERT_EQ(wire.fault(), "");
  for (std::size_t i = 0; i < conversation->steps.size(); ++i) {
    SCOPED_TRACE("step " + std::to_string(i + 1));
    const Step& step = conversation->steps[i];
    switch (step.kind) {
      case Step::Kind::Send:
        ASSERT_TRUE(wire.send(step.bytes, pace)) << wire.fault();
        break;
      case Step::Kind::Receive: {
        // RFC 9112 §9.6: a server that sends `close` "MUST NOT send any further responses on that connection".
        ASSERT_FALSE(close_announced) << "an answer behind one with Connection: close is expected";
        const Answer answer = receive_answer(wire, step.to_head);
        ASSERT_NO_FATAL_FAILURE(compare(step, answer));
        if (step.status >= 200 && step.status < 400) ++handled;
        if (step.status == 101) ++handled;
        close_announced = answer.says_close();
        break;
      }
      case Step::Kind::HalfClose:
        wire.end();
        break;
      case Step::Kind::Closed:
        ASSERT_NO_FATAL_FAILURE(expect_end(wire));
        ended = true;
        break;
    }
  }
  if (!ended) {
    // RFC 9112 §9.6: the server that ends a connection says so in the last answer, and does so only then.
    EXPECT_FALSE(close_announced);
    ASSERT_NO_FATAL_FAILURE(expect_open(wire));
  }
  EXPECT_EQ(dispatched() - before, conversation->dispatched.value_or(handled)) << "requests that reached a handler";
}

INSTANTIATE_TEST_SUITE_P(Conversations, Http, testing::ValuesIn(trials()), trial_name);

}  // namespace
}  // namespace folio::conformance
