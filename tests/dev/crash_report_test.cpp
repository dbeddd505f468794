#include "dev/crash_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <optional>

#include "net/loop.hpp"
#include "temporary_folder.hpp"

using folio::dev::CrashFrame;
using folio::dev::CrashReporter;
using folio::dev::CrashText;
using folio::dev::describe_crash;
using folio::dev::parse_crash;
using folio::dev::SourceRoots;
using folio::dev::Trouble;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

namespace {

class CrashTest : public ::testing::Test {
 protected:
  CrashTest() { app.write("routes/a.cpp", "one\ntwo\nthree\n"); }

  [[nodiscard]] CrashFrame frame(const std::string& function, const std::string& file, std::size_t line) const {
    CrashFrame made;
    made.function = function;
    made.place = {file, line, 0};
    return made;
  }

  folio::testing::TemporaryFolder app;
  SourceRoots roots{
      .app = app.path(), .base = app.path(), .framework = app / "framework", .generated = app / ".folio/host"};
};

TEST_F(CrashTest, TheHandlersLinesGiveSignalAndFrames) {
  const auto crash = parse_crash(
      "a log line\nassertion failed: x\n\n[folio-crash] signal 11\n[folio-crash] frame /lib/a b.so 1f\n"
      "[folio-crash] frame /bin/x 2\n");
  EXPECT_EQ(crash.signal, SIGSEGV);
  ASSERT_THAT(crash.frames, SizeIs(2));
  EXPECT_EQ(crash.frames[0].object, "/lib/a b.so");
  EXPECT_EQ(crash.frames[0].offset, "1f");
  EXPECT_EQ(crash.last_words, "a log line\nassertion failed: x\n");
}

TEST_F(CrashTest, EveryPrefixOfWhatWasWrittenIsTaken) {
  const std::string text =
      "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n    #0 0x1 in f /a.cpp:1:2\n"
      "[folio-crash] signal 11\n[folio-crash] frame /x 1f\na.cpp:1:2: runtime error: division by zero\n";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    static_cast<void>(describe_crash(parse_crash(text.substr(0, length)), {1, 0}, roots));
  }
}

TEST_F(CrashTest, TheUsersLineIsShownAndTheServersFramesAreCounted) {
  CrashText crash;
  crash.signal = SIGSEGV;
  crash.frames = {frame("folio::dev::on_crash(int, siginfo_t*, void*)", "/f/dev/crash_handler.cpp", 7),
                  frame("", "", 0),
                  frame("memcpy", "./string/memcpy.S", 3),
                  frame("folio_app::r_a_1a2b3c4d::deep(int)", app / ".folio/host/routes/a.cpp", 2),
                  frame("folio_app::r_a_1a2b3c4d::deep(int)", app / ".folio/host/routes/a.cpp", 2),
                  frame("folio_app::r_a_1a2b3c4d::GET[abi:cxx11](folio::Request&)", app / "routes/a.cpp", 3),
                  frame("folio::app::run()", app / "framework/app/run.cpp", 9),
                  frame("main", "/x/main.cpp", 1)};
  const auto trouble = describe_crash(crash, {0, SIGSEGV}, roots);
  EXPECT_EQ(trouble.summary, "SIGSEGV in routes/a.cpp:2");
  EXPECT_EQ(trouble.trace,
            "#0 memcpy at ./string/memcpy.S:3\n#1 deep(int) at routes/a.cpp:2\n   … 1 times more\n"
            "#3 GET(folio::Request&) at routes/a.cpp:3\n   … and 2 frames of the server and the system\n");
  ASSERT_THAT(trouble.diagnostics, SizeIs(1));
  EXPECT_EQ(trouble.diagnostics[0].place.text(), "routes/a.cpp:2");
  EXPECT_THAT(trouble.diagnostics[0].frame, SizeIs(3));
}

TEST_F(CrashTest, AnEndWithoutASignalSaysItsStatus) {
  const auto trouble = describe_crash(parse_crash("bye\n"), {3, 0}, roots);
  EXPECT_EQ(trouble.summary, "exit status 3");
  EXPECT_THAT(trouble.diagnostics[0].message, HasSubstr("with status 3"));
  EXPECT_EQ(trouble.diagnostics[0].notes[0].message, "bye");
}

TEST_F(CrashTest, ASanitizersReportIsUnderstood) {
  const auto crash = parse_crash(
      "[info] before\n=====\n==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at pc 0x5\n"
      "READ of size 4 at 0x60 thread T0\n    #0 0x55e in folio_app::r_a_1a2b3c4d::GET(folio::Request&) " +
      (app / "routes/a.cpp") +
      ":2:7\n    #1 0x55f in folio::app::run() (/b/libfolio.so+0x1f)\n\nfreed by thread T0 here:\n    #0 0x1 in free "
      "(/b/x+0x1)\nSUMMARY: AddressSanitizer: heap-use-after-free a.cpp:2\n");
  ASSERT_THAT(crash.frames, SizeIs(2));
  const auto trouble = describe_crash(crash, {1, 0}, roots);
  EXPECT_EQ(trouble.diagnostics[0].message,
            "the sanitizer stopped the app: heap-use-after-free on address 0x60 at pc 0x5");
  EXPECT_EQ(trouble.diagnostics[0].place.text(), "routes/a.cpp:2:7");
  EXPECT_THAT(trouble.trace, Not(HasSubstr("free (")));
}

TEST_F(CrashTest, UndefinedBehaviourNamesItsLine) {
  const auto trouble = describe_crash(
      parse_crash((app / "routes/a.cpp") + ":2:9: runtime error: division by zero\n    #0 0x1 in GET() /y.cpp:1:1\n"),
      {1, 0}, roots);
  EXPECT_EQ(trouble.diagnostics[0].message, "division by zero");
  EXPECT_EQ(trouble.diagnostics[0].place.text(), "routes/a.cpp:2:9");
}

TEST_F(CrashTest, FramesAreLookedUpInDebugInformation) {
  app.write("x.cpp", "int f(int* p) { return *p; }\n\nint main() { return f(nullptr); }\n");
  const std::string program = app / "x";
  const std::string make = "clang++-19 -g -O0 -o '" + program + "' '" + (app / "x.cpp") + "'";
  ASSERT_EQ(std::system(make.c_str()), 0);
  // Where `f` lies, as nm says.
  const std::string find =
      "nm '" + program + "' | sed -n 's/^\\([0-9a-f]*\\) T _Z1fPi$/\\1/p' > '" + (app / "at") + "'";
  ASSERT_EQ(std::system(find.c_str()), 0);
  auto offset = app.read("at");
  ASSERT_FALSE(offset.empty());
  offset.pop_back();

  folio::net::Loop loop;
  std::optional<Trouble> known;
  {
    CrashReporter reporter(loop.raw(), roots);
    reporter.report("[folio-crash] signal 11\n[folio-crash] frame " + program + " " + offset +
                        "\n[folio-crash] frame /no/such/object 1\n",
                    {0, SIGSEGV}, [&](Trouble trouble) {
                      known = std::move(trouble);
                      loop.stop();
                    });
    loop.run();
  }
  ASSERT_TRUE(known);
  EXPECT_EQ(known->summary, "SIGSEGV in x.cpp:1");
  EXPECT_EQ(known->trace, "#0 f(int*) at x.cpp:1\n   … and 1 frames of the server and the system\n");
}

TEST_F(CrashTest, NothingKnownIsStillTold) {
  folio::net::Loop loop;
  std::optional<Trouble> known;
  {
    CrashReporter reporter(loop.raw(), roots);
    reporter.report("", {0, SIGKILL}, [&](Trouble trouble) {
      known = std::move(trouble);
      loop.stop();
    });
    loop.run();
  }
  ASSERT_TRUE(known);
  EXPECT_EQ(known->summary, "SIGKILL");
}

}  // namespace
