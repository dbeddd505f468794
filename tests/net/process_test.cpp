#include "net/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "net/alarm.hpp"
#include "net/line_channel.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"

using namespace std::chrono_literals;
using folio::net::Loop;
using folio::net::Process;
using folio::net::ProcessExit;
using folio::net::ProcessOptions;

namespace {

struct Run {
  std::string output;
  std::string errors;
  ProcessExit exit{-1, -1};
};

Run run(ProcessOptions options) {
  Loop loop;
  Run result;
  options.output = ProcessOptions::Stream::Pipe;
  options.errors = ProcessOptions::Stream::Pipe;
  Process process(loop.raw());
  const auto problem = process.start(options, {[&](std::string_view text) { result.output += text; },
                                               [&](std::string_view text) { result.errors += text; },
                                               [&](ProcessExit exit) {
                                                 result.exit = exit;
                                                 loop.stop();
                                               }});
  EXPECT_EQ(problem, "");
  if (problem.empty()) loop.run();
  return result;
}

TEST(Process, GivesOutputErrorsAndStatus) {
  const auto result = run({.arguments = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
  EXPECT_EQ(result.exit.status, 3);
  EXPECT_EQ(result.exit.signal, 0);
  EXPECT_FALSE(result.exit.ok());
}

TEST(Process, GivesAllOfALongOutput) {
  const auto result = run({.arguments = {"sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"}});
  EXPECT_EQ(result.output.size(), 3'000'000U);
  EXPECT_TRUE(result.exit.ok());
}

TEST(Process, DoesNotWaitForAGrandchildThatKeepsThePipe) {
  const auto result = run({.arguments = {"sh", "-c", "sleep 30 & echo done; kill -9 $$"}});
  EXPECT_EQ(result.output, "done\n");
  EXPECT_EQ(result.exit.signal, SIGKILL);
}

TEST(Process, SetsEnvironmentAndFolder) {
  const auto result =
      run({.arguments = {"sh", "-c", "echo $FOLIO_X; pwd"}, .environment = {{"FOLIO_X", "a b"}}, .folder = "/"});
  EXPECT_EQ(result.output, "a b\n/\n");
}

TEST(Process, SaysWhyAProgramCannotStart) {
  Loop loop;
  Process process(loop.raw());
  const auto problem = process.start({.arguments = {"folio-no-such-program"}}, {});
  EXPECT_EQ(problem, "cannot start folio-no-such-program: no such file or directory");
  EXPECT_FALSE(process.running());
}

TEST(Process, KillsTheWholeGroup) {
  Loop loop;
  Process process(loop.raw());
  std::string output;
  // The shell waits for its child, which ends only because the signal reaches it too.
  const std::string script =
      "trap 'wait; exit 7' TERM; (trap 'echo child; exit' TERM; echo ready; while :; do sleep 0.02; done) & wait";
  ProcessExit exit;
  ASSERT_EQ(process.start({.arguments = {"sh", "-c", script}, .output = ProcessOptions::Stream::Pipe},
                          {[&](std::string_view text) {
                             output += text;
                             if (output == "ready\n") process.kill(SIGTERM);
                           },
                           {},
                           [&](ProcessExit given) {
                             exit = given;
                             loop.stop();
                           }}),
            "");
  loop.run();
  EXPECT_EQ(output, "ready\nchild\n");
  EXPECT_EQ(exit.status, 7);
}

TEST(Process, HandsFilesOverFromThreeOn) {
  int ours = -1;
  int theirs = -1;
  ASSERT_TRUE(folio::net::make_channel(ours, theirs));
  Loop loop;
  std::string line;
  ProcessExit exit{-1, 0};
  folio::net::LineChannel channel;
  ASSERT_EQ(channel.open(loop.raw(), ours, {[&](std::string_view text) { line = text; }, [] {}}), "");
  Process process(loop.raw());
  ASSERT_EQ(process.start({.arguments = {"sh", "-c", "read text <&3; echo \"got $text\" >&3"}, .files = {theirs}},
                          {{},
                           {},
                           [&](ProcessExit given) {
                             exit = given;
                             loop.stop();
                           }}),
            "");
  ::close(theirs);
  channel.send("a line");
  loop.run();
  EXPECT_TRUE(exit.ok());
  if (line.empty()) {
    folio::net::Alarm more(loop.raw(), [&] { loop.stop(); });
    more.set(100ms);
    loop.run();
  }
  EXPECT_EQ(line, "got a line");
}

TEST(Process, MayBeStartedAgainFromItsExit) {
  Loop loop;
  Process process(loop.raw());
  int runs = 0;
  std::function<void()> start = [&] {
    ASSERT_EQ(process.start({.arguments = {"true"}}, {{},
                                                      {},
                                                      [&](ProcessExit exit) {
                                                        EXPECT_TRUE(exit.ok());
                                                        if (++runs == 3) return loop.stop();
                                                        start();
                                                      }}),
              "");
  };
  start();
  loop.run();
  EXPECT_EQ(runs, 3);
}

TEST(Process, IsKilledWhenItsOwnerGoes) {
  Loop loop;
  int id = 0;
  {
    Process process(loop.raw());
    ASSERT_EQ(process.start({.arguments = {"sleep", "100"}}, {}), "");
    id = process.pid();
    ASSERT_GT(id, 0);
  }
  folio::net::Alarm soon(loop.raw(), [&] { loop.stop(); });
  soon.set(200ms);
  loop.run();
  EXPECT_EQ(::kill(id, 0), -1);
}

TEST(LineChannel, SplitsLinesAtAnyByteAndTellsTheEnd) {
  Loop loop;
  int ours = -1;
  int theirs = -1;
  ASSERT_TRUE(folio::net::make_channel(ours, theirs));
  std::vector<std::string> lines;
  bool ended = false;
  folio::net::LineChannel channel;
  ASSERT_EQ(channel.open(loop.raw(), ours,
                         {[&](std::string_view line) { lines.emplace_back(line); },
                          [&] {
                            ended = true;
                            loop.stop();
                          }}),
            "");
  const std::string sent = "one\n\n" + std::string(20'000, 'x') + "\nlost";
  std::size_t at = 0;
  folio::net::Alarm writer(loop.raw(), [&] {
    for (int count = 0; count < 100 && at < sent.size(); ++count) {
      ASSERT_EQ(::write(theirs, sent.data() + at, 1), 1);
      ++at;
    }
    if (at == sent.size()) {
      ::close(theirs);
    } else {
      writer.set(0ms);
    }
  });
  writer.set(0ms);
  loop.run();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(channel.is_open());
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "one");
  EXPECT_EQ(lines[1], "");
  EXPECT_EQ(lines[2].size(), 20'000U);
}

TEST(Signals, ComeToTheLoop) {
  Loop loop;
  int seen = 0;
  folio::net::Signals signals(loop.raw(), {SIGUSR1, SIGUSR2}, [&](int signal) {
    seen = signal;
    loop.stop();
  });
  ::kill(::getpid(), SIGUSR2);
  loop.run();
  EXPECT_EQ(seen, SIGUSR2);
}

}  // namespace
