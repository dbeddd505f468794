#include "conformance/ws/trial.hpp"

#include "conformance/ws/handshake.hpp"
#include "conformance/ws/server.hpp"

namespace folio::conformance {

namespace {

bool is_end(const Step& step) {
  switch (step.kind) {
    case Step::Kind::Ends:
    case Step::Kind::EndsExactly:
    case Step::Kind::EndsBare:
      return true;
    default:
      return false;
  }
}

testing::AssertionResult mismatch(std::string_view expected, const Received& received) {
  return testing::AssertionFailure() << "expected " << expected << ", got " << describe(received);
}

testing::AssertionResult expect_end(Peer& peer) {
  const Received received = peer.next();
  if (received.kind != Received::Kind::End) return mismatch("the end of the connection", received);
  // RFC 6455 §7.1.1: "a client […] SHOULD wait for the server to close the connection": the client has not ended its
  // side, so it is the server who did.
  peer.wire().end();
  if (!peer.wire().fault().empty()) return testing::AssertionFailure() << peer.wire().fault();
  return testing::AssertionSuccess();
}

testing::AssertionResult expect_close(Peer& peer, int code) {
  const Received received = peer.next();
  const bool right = received.kind == Received::Kind::Close &&
                     received.payload.starts_with(big_endian(static_cast<unsigned>(code), 2));
  return right ? testing::AssertionSuccess() : mismatch("a Close frame with " + std::to_string(code), received);
}

testing::AssertionResult expect_close_exactly(Peer& peer, std::string_view payload) {
  const Received received = peer.next();
  const bool right = received.kind == Received::Kind::Close && received.payload == payload;
  return right ? testing::AssertionSuccess()
               : mismatch(describe({Received::Kind::Close, std::string(payload)}), received);
}

testing::AssertionResult expect(Peer& peer, const Step& step) {
  Received received = peer.next();
  while (step.kind == Step::Kind::GetsPongs && received.kind == Received::Kind::Pong &&
         received.payload != step.payload) {
    received = peer.next();
  }
  if (received.kind == step.expected && received.payload == step.payload) return testing::AssertionSuccess();
  return mismatch(describe({step.expected, step.payload}), received);
}

}  // namespace

testing::AssertionResult play(Peer& peer, const Step& step, Pace pace) {
  switch (step.kind) {
    case Step::Kind::Send:
      if (peer.wire().send(step.payload, pace)) return testing::AssertionSuccess();
      return testing::AssertionFailure() << "the server does not take it: " << peer.wire().fault();
    case Step::Kind::Gets:
    case Step::Kind::GetsPongs:
      return expect(peer, step);
    case Step::Kind::GetsClose:
      return expect_close(peer, step.code);
    case Step::Kind::Ends: {
      const auto closed = expect_close(peer, step.code);
      return closed ? expect_end(peer) : closed;
    }
    case Step::Kind::EndsExactly: {
      const auto closed = expect_close_exactly(peer, step.payload);
      return closed ? expect_end(peer) : closed;
    }
    case Step::Kind::EndsBare:
      return expect_end(peer);
    case Step::Kind::EndOurSide:
      peer.wire().end();
      return testing::AssertionSuccess();
  }
  return testing::AssertionFailure();
}

void converse(Peer& peer, const std::vector<Step>& steps, Pace pace) {
  for (std::size_t i = 0; i < steps.size(); ++i) ASSERT_TRUE(play(peer, steps[i], pace)) << "step " << i + 1;
  if (!steps.empty() && is_end(steps.back())) return;
  ASSERT_TRUE(play(peer, send(close(1000)), pace)) << "closing handshake";
  ASSERT_TRUE(play(peer, ends_with(close_payload(1000)), pace)) << "closing handshake";
}

std::vector<Trial> trials(std::vector<Case> cases) {
  std::vector<Trial> made;
  for (Case& each : cases) {
    const auto shared = std::make_shared<const Case>(std::move(each));
    for (const Pace pace : {Pace::Whole, Pace::Chops, Pace::Single}) {
      made.push_back({.conversation = shared, .pace = pace});
      if (shared->extended == Extended::Too) {
        made.push_back({.conversation = shared, .pace = pace, .extended = true});
      }
    }
  }
  return made;
}

std::string_view pace_name(Pace pace) {
  return pace == Pace::Whole ? "whole" : pace == Pace::Chops ? "chops" : "bytes";
}

std::string trial_name(const testing::TestParamInfo<Trial>& info) {
  std::string name = info.param.conversation->name + "_" + std::string(pace_name(info.param.pace));
  return info.param.extended ? name + "_with_deflate" : name;
}

void PrintTo(const Trial& trial, std::ostream* out) {
  *out << "RFC 6455 §" << trial.conversation->section << ": " << trial.conversation->what;
}

TEST_P(Server, Conforms) {
  const auto& [conversation, pace, extended] = GetParam();
  Peer peer(port_of(conversation->place));
  const std::string path(path_of(conversation->place));
  const std::string more = extended ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "";
  ASSERT_TRUE(peer.wire().send(upgrade({.line = "GET " + path + " HTTP/1.1", .more = more}), pace));
  const HttpResponse response = peer.response();
  ASSERT_EQ(response.status, 101) << response.body << peer.wire().fault();
  const auto extensions = response.field("sec-websocket-extensions");
  ASSERT_EQ(extensions.has_value(), extended);
  if (extended) {
    const auto agreement = read_agreement(*extensions);
    ASSERT_TRUE(agreement) << *extensions;
    peer.use(*agreement);
  }
  converse(peer, conversation->steps, pace);
}

}  // namespace folio::conformance
