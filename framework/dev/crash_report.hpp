// Why the program that serves has died, for people: from its exit and from what it wrote to standard error last.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dev/diagnostic.hpp"
#include "dev/error_page.hpp"
#include "net/alarm.hpp"
#include "net/process.hpp"

namespace folio::dev {

struct CrashFrame {
  std::string object;  // of a frame that is yet to be looked up: the file, and the offset in it
  std::string offset;
  std::string function;  // of one that is known
  Place place;
};

struct CrashText {
  int signal = 0;                  // 0 when the handler did not run
  std::vector<CrashFrame> frames;  // innermost first
  std::string last_words;          // what was written before: an assertion, an exception's what(), a sanitizer's report
};

// Pure.
[[nodiscard]] CrashText parse_crash(std::string_view errors);
// The lines of addr2line -C -f -p, one for each frame asked for; what it does not know is left as it is.
void take_symbols(std::vector<CrashFrame*>& frames, std::string_view output);
[[nodiscard]] Trouble describe_crash(const CrashText& crash, net::ProcessExit exit, const SourceRoots& roots);

// Looks the frames up in the objects' debug information, with whichever of the usual programs there is, and then calls
// back with the whole description. One at a time. Lifetime: no callback after the destructor.
class CrashReporter {
 public:
  CrashReporter(uv_loop_s* loop, SourceRoots roots);
  void report(std::string_view errors, net::ProcessExit exit, std::function<void(Trouble)> on_done);

 private:
  void next();
  void ask(const std::string& object, std::size_t program);
  void finish();

  SourceRoots roots_;
  net::Process process_;
  net::Alarm late_;
  net::Alarm soon_;
  CrashText crash_;
  net::ProcessExit exit_;
  std::function<void(Trouble)> on_done_;
  std::vector<std::string> objects_;  // still to be asked about
  std::string output_;
};

}  // namespace folio::dev
