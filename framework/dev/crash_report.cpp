#include "dev/crash_report.hpp"

#include <signal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <set>
#include <system_error>

#include "dev/crash_handler.hpp"

namespace folio::dev {
using namespace std::chrono_literals;

namespace {

// Programs that look an address up, the best first.
constexpr std::array<const char*, 3> kPrograms{"llvm-addr2line-19", "llvm-addr2line", "addr2line"};
constexpr auto kLookupPatience = 5s;
// What the program wrote before it died is shown to this many lines.
constexpr std::size_t kLastLines = 12;
constexpr std::size_t kShownFrames = 24;

struct SignalName {
  int number;
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array<SignalName, 7> kSignalNames{{
    {SIGSEGV, "SIGSEGV", "it used memory that is not its own: a null or dangling pointer, or an endless recursion"},
    {SIGBUS, "SIGBUS", "it used memory that is not there"},
    {SIGABRT, "SIGABRT", "it ended itself: a failed assertion, or an exception that nobody caught"},
    {SIGFPE, "SIGFPE", "a division by zero, or an overflow of one"},
    {SIGILL, "SIGILL", "an instruction that does not exist: the end of a function that returns nothing, or a trap"},
    {SIGKILL, "SIGKILL", "somebody killed it, perhaps the system for want of memory"},
    {SIGTERM, "SIGTERM", "somebody ended it"},
}};

SignalName name_of(int signal) {
  const auto found = std::ranges::find(kSignalNames, signal, &SignalName::number);
  return found == kSignalNames.end() ? SignalName{signal, "a signal", "it was ended"} : *found;
}

template <class Take>
void each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "/a/b.cpp:12:3" or "/a/b.cpp:12 (discriminator 1)"; a line that is unknown is "?".
Place place_of(std::string_view text) {
  if (const auto more = text.find(" (disc"); more != std::string_view::npos) text = text.substr(0, more);
  Place place;
  std::array<std::size_t, 2> numbers{};
  std::size_t count = 0;
  while (count < 2) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) break;
    const auto digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), numbers[count]);
    if (error != std::errc{} || end != digits.data() + digits.size()) break;
    text = text.substr(0, colon);
    ++count;
  }
  if (count == 0) return place;
  place.file = text;
  place.line = count == 2 ? numbers[1] : numbers[0];
  place.column = count == 2 ? numbers[0] : 0;
  return place;
}

// A sanitizer's frame: "    #1 0x55e in f(int) /a/b.cpp:12:3", or "… (/lib/x.so+0x1f)" for one that it does not know.
bool parse_sanitizer_frame(std::string_view line, CrashFrame& frame) {
  const auto start = line.find_first_not_of(' ');
  if (start == std::string_view::npos || line[start] != '#') return false;
  const auto in = line.find(" in ");
  if (in == std::string_view::npos) return false;
  auto rest = line.substr(in + 4);
  const auto blank = rest.rfind(" /");
  const auto bare = blank == std::string_view::npos ? rest.rfind(' ') : blank;
  if (bare == std::string_view::npos) return false;
  frame.function = rest.substr(0, bare);
  frame.place = place_of(rest.substr(bare + 1));
  return true;
}

bool is_below(std::string_view path, std::string_view folder) {
  return !folder.empty() && path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

// True when the place is in a file of the user's, which is then called as people know it. Compilers write a #line name,
// which is relative to the base, behind the folder that they ran in.
bool name_place(Place& place, const SourceRoots& roots) {
  std::string relative = place.file;
  if (is_below(place.file, roots.generated)) {
    relative = place.file.substr(roots.generated.size() + 1);
  } else if (is_below(place.file, roots.app) && is_below(place.file, roots.base) &&
             !is_below(place.file, roots.framework)) {
    relative = place.file.substr(roots.base.size() + 1);
  }
  std::error_code ignored;
  if (relative.empty() || relative.starts_with('/')) return false;
  if (!is_below(roots.base + "/" + relative, roots.app)) return false;
  if (!std::filesystem::exists(roots.base + "/" + relative, ignored)) return false;
  place.file = relative;
  return true;
}

void remove_all(std::string& text, std::string_view piece) {
  for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece, at)) text.erase(at, piece.size());
}

// "folio_app::r_users_1a2b3c4d::GET[abi:cxx11](…)" → "GET(…)": the wrapper's namespace is not the user's.
std::string plain_function(std::string function) {
  remove_all(function, "[abi:cxx11]");
  constexpr std::string_view kApp = "folio_app::";
  for (auto at = function.find(kApp); at != std::string::npos; at = function.find(kApp, at)) {
    const auto end = function.find("::", at + kApp.size());
    if (end == std::string::npos) break;
    function.erase(at, end + 2 - at);
  }
  return function;
}

std::string frame_text(const CrashFrame& frame) {
  std::string text = frame.function.empty() ? frame.object + "+0x" + frame.offset : plain_function(frame.function);
  if (!frame.place.file.empty()) text += " at " + frame.place.text();
  return text;
}

// The stack down to the user's last frame; what called that is the same every time. Repetitions are counted.
std::string render_trace(const std::vector<CrashFrame>& frames, std::size_t users_end) {
  std::string text;
  std::string last;
  std::size_t repeated = 0;
  std::size_t shown = 0;
  const auto tell_repeated = [&] {
    if (repeated != 0) text += "   … " + std::to_string(repeated) + " times more\n";
    repeated = 0;
  };
  const std::size_t end = users_end == 0 ? frames.size() : users_end;
  std::size_t number = 0;
  for (; number < end && shown < kShownFrames; ++number) {
    auto line = frame_text(frames[number]);
    if (line == last) {
      ++repeated;
      continue;
    }
    tell_repeated();
    text += "#" + std::to_string(number) + " " + line + "\n";
    last = std::move(line);
    ++shown;
  }
  tell_repeated();
  if (number < frames.size()) {
    text += "   … and " + std::to_string(frames.size() - number) + " frames of the server and the system\n";
  }
  return text;
}

}  // namespace

CrashText parse_crash(std::string_view errors) {
  CrashText crash;
  std::vector<std::string> words;
  bool in_report = false;  // a sanitizer's, which repeats itself in further stacks
  each_line(errors, [&](std::string_view line) {
    if (take_prefix(line, kCrashMark)) {
      if (take_prefix(line, "signal ")) {
        std::from_chars(line.data(), line.data() + line.size(), crash.signal);
        crash.frames.clear();
      } else if (take_prefix(line, "frame ")) {
        const auto blank = line.rfind(' ');
        if (blank == std::string_view::npos) return;
        CrashFrame frame;
        frame.object = line.substr(0, blank);
        frame.offset = line.substr(blank + 1);
        crash.frames.push_back(std::move(frame));
      }
      return;
    }
    if (line.find("ERROR: ") != std::string_view::npos && line.find("Sanitizer") != std::string_view::npos) {
      in_report = true;
      crash.frames.clear();
      words.clear();
    }
    if (line.find(": runtime error: ") != std::string_view::npos) {
      in_report = true;
      crash.frames.clear();
      words.clear();
    }
    CrashFrame frame;
    if (in_report && parse_sanitizer_frame(line, frame)) {
      if (line.find("#0 ") != std::string_view::npos && !crash.frames.empty()) in_report = false;
      if (in_report) crash.frames.push_back(std::move(frame));
      return;
    }
    if (!line.empty() && crash.frames.empty()) words.emplace_back(line);
  });
  const std::size_t skip = words.size() > kLastLines ? words.size() - kLastLines : 0;
  for (std::size_t at = skip; at < words.size(); ++at) crash.last_words += words[at] + "\n";
  return crash;
}

void take_symbols(std::vector<CrashFrame*>& frames, std::string_view output) {
  std::size_t at = 0;
  each_line(output, [&](std::string_view line) {
    if (line.empty() || line.starts_with(" (inlined by)") || at >= frames.size()) return;
    CrashFrame& frame = *frames[at++];
    const auto split = line.rfind(" at ");
    if (split == std::string_view::npos) return;
    if (!line.starts_with("??")) frame.function = line.substr(0, split);
    frame.place = place_of(line.substr(split + 4));
    if (frame.place.file.starts_with("??")) frame.place = {};
  });
}

Trouble describe_crash(const CrashText& crash, net::ProcessExit exit, const SourceRoots& roots) {
  Trouble trouble{.kind = Trouble::Kind::Crash, .summary = {}, .diagnostics = {}, .trace = {}};
  const int signal = crash.signal != 0 ? crash.signal : exit.signal;
  Diagnostic error;
  if (signal != 0) {
    const auto name = name_of(signal);
    trouble.summary = std::string(name.name);
    error.message = "the app crashed with " + std::string(name.name) + ": " + std::string(name.meaning);
  } else {
    trouble.summary = "exit status " + std::to_string(exit.status);
    error.message = "the app ended by itself, with status " + std::to_string(exit.status);
  }
  each_line(crash.last_words, [&](std::string_view line) {
    const auto said = line.find("Sanitizer: ");
    const auto runtime = line.find(": runtime error: ");
    if (said != std::string_view::npos && error.notes.empty()) {
      error.message = "the sanitizer stopped the app: " + std::string(line.substr(said + 11));
    } else if (runtime != std::string_view::npos) {
      error.message = std::string(line.substr(runtime + 17));
      error.place = place_of(line.substr(0, runtime));
      static_cast<void>(name_place(error.place, roots));
    }
    error.notes.push_back({{}, std::string(line)});
  });

  auto frames = crash.frames;
  // The handler itself, and how the system called it.
  const auto handler = std::ranges::find_if(
      frames, [](const CrashFrame& frame) { return frame.function.find("on_crash(") != std::string::npos; });
  if (handler != frames.end()) frames.erase(frames.begin(), std::min(handler + 2, frames.end()));
  std::size_t users_end = 0;
  for (std::size_t at = 0; at < frames.size(); ++at) {
    if (!name_place(frames[at].place, roots)) continue;
    users_end = at + 1;
    if (error.place.file.empty()) error.place = frames[at].place;
  }
  trouble.trace = render_trace(frames, users_end);
  if (!error.place.file.empty()) {
    trouble.summary += " in " + error.place.file + ":" + std::to_string(error.place.line);
    add_code_frame(error, roots.base);
  }
  trouble.diagnostics.push_back(std::move(error));
  return trouble;
}

CrashReporter::CrashReporter(uv_loop_s* loop, SourceRoots roots)
    : roots_(std::move(roots)),
      process_(loop),
      late_(loop, [this] { process_.kill(SIGKILL); }),
      soon_(loop, [this] { finish(); }) {}

void CrashReporter::report(std::string_view errors, net::ProcessExit exit, std::function<void(Trouble)> on_done) {
  crash_ = parse_crash(errors);
  exit_ = exit;
  on_done_ = std::move(on_done);
  std::set<std::string> objects;
  for (const auto& frame : crash_.frames) {
    if (!frame.object.empty() && frame.function.empty()) objects.insert(frame.object);
  }
  objects_.assign(objects.begin(), objects.end());
  next();
}

void CrashReporter::next() {
  if (objects_.empty()) return soon_.set(0ms);
  const std::string object = std::move(objects_.back());
  objects_.pop_back();
  ask(object, 0);
}

void CrashReporter::ask(const std::string& object, std::size_t program) {
  if (program == kPrograms.size()) return soon_.set(0ms);  // none of them is there: offsets must do
  std::vector<std::string> arguments{kPrograms[program], "-C", "-f", "-p", "-e", object};
  for (const auto& frame : crash_.frames) {
    if (frame.object == object) arguments.push_back("0x" + frame.offset);
  }
  output_.clear();
  const auto problem = process_.start({.arguments = std::move(arguments),
                                       .output = net::ProcessOptions::Stream::Pipe,
                                       .errors = net::ProcessOptions::Stream::Null},
                                      {[this](std::string_view text) { output_ += text; },
                                       {},
                                       [this, object](net::ProcessExit) {
                                         late_.cancel();
                                         std::vector<CrashFrame*> frames;
                                         for (auto& frame : crash_.frames) {
                                           if (frame.object == object) frames.push_back(&frame);
                                         }
                                         take_symbols(frames, output_);
                                         next();
                                       }});
  if (!problem.empty()) return ask(object, program + 1);
  late_.set(kLookupPatience);
}

void CrashReporter::finish() {
  if (on_done_) std::exchange(on_done_, nullptr)(describe_crash(crash_, exit_, roots_));
}

}  // namespace folio::dev
