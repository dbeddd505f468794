#include "dev/crash_handler.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

namespace folio::dev {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr int kMaxFrames = 48;
constexpr std::size_t kStackBytes = 64 * 1024;
constexpr unsigned kMaxSeconds = 3;  // should the handler itself get stuck (a lock of the loader), this ends it

// A line put together without an allocation. In a signal handler nothing may be called that takes a lock.
class Line {
 public:
  void add(std::string_view text) {
    const auto count = std::min(text.size(), text_.size() - length_);
    std::memcpy(text_.data() + length_, text.data(), count);
    length_ += count;
  }
  void add_hex(std::uintptr_t number) {
    std::array<char, 16> digits{};
    std::size_t at = digits.size();
    do {
      digits[--at] = "0123456789abcdef"[number & 0xFU];
      number >>= 4U;
    } while (number != 0 && at != 0);
    add({digits.data() + at, digits.size() - at});
  }
  void add_number(int number) {
    if (number >= 10) add_number(number / 10);
    const char digit = static_cast<char>('0' + number % 10);
    add({&digit, 1});
  }
  void write() {
    add("\n");
    static_cast<void>(!::write(STDERR_FILENO, text_.data(), length_));
  }

 private:
  std::array<char, 1024> text_{};
  std::size_t length_ = 0;
};

void on_crash(int signal, siginfo_t*, void*) {
  ::alarm(kMaxSeconds);
  Line head;
  head.add("\n");
  head.add(kCrashMark);
  head.add("signal ");
  head.add_number(signal);
  head.write();
  std::array<void*, kMaxFrames> frames{};
  const int count = ::backtrace(frames.data(), kMaxFrames);
  for (int at = 0; at < count; ++at) {
    Dl_info info{};
    const auto address = reinterpret_cast<std::uintptr_t>(frames[static_cast<std::size_t>(at)]);
    if (::dladdr(frames[static_cast<std::size_t>(at)], &info) == 0 || info.dli_fname == nullptr) continue;
    Line line;
    line.add(kCrashMark);
    line.add("frame ");
    line.add(info.dli_fname);
    line.add(" ");
    // A return address is that of the next instruction, which may belong to the next line.
    line.add_hex(address - reinterpret_cast<std::uintptr_t>(info.dli_fbase) - 1);
    line.write();
  }
  // The handler was for one time: the signal now does what it does by default.
}

}  // namespace

void install_crash_handler() {
  if constexpr (kSanitized) return;
  // The first call loads the unwinder, which a handler must not.
  std::array<void*, 1> frame{};
  ::backtrace(frame.data(), 1);
  for (const int signal : kSignals) {
    struct sigaction action{};
    action.sa_sigaction = on_crash;
    action.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER);
    ::sigaction(signal, &action, nullptr);
  }
}

void install_crash_stack() {
  if constexpr (kSanitized) return;
  thread_local std::unique_ptr<char[]> stack;
  if (stack) return;
  stack = std::make_unique_for_overwrite<char[]>(kStackBytes);
  stack_t settings{};
  settings.ss_sp = stack.get();
  settings.ss_size = kStackBytes;
  ::sigaltstack(&settings, nullptr);
}

}  // namespace folio::dev
