#include "app/process_facts.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

namespace folio::app {

namespace {

std::string read_file(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The nth word of a text, from 0, as a number.
std::uint64_t number_at(std::string_view text, int n) {
  for (; n > 0 && !text.empty(); --n) {
    const auto space = text.find(' ');
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::uint64_t count_open_files() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), &::closedir);
  if (!folder) return 0;
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(folder.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count - 1;  // the folder itself is open
}

// When the machine was started, in seconds since 1970.
double boot_time() {
  const std::string text = read_file("/proc/stat");
  const auto at = text.find("\nbtime ");
  return at == std::string::npos ? 0 : static_cast<double>(number_at(std::string_view(text).substr(at + 7), 0));
}

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts facts;
  // proc(5): the program's name, the second word, is in parentheses and may hold anything; the third one follows it.
  const std::string text = read_file("/proc/self/stat");
  const auto name_end = text.rfind(')');
  if (name_end != std::string::npos && name_end + 2 <= text.size()) {
    const std::string_view rest = std::string_view(text).substr(name_end + 2);
    constexpr int third = 3;
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    facts.cpu_seconds = static_cast<double>(number_at(rest, 14 - third) + number_at(rest, 15 - third)) / ticks;
    facts.threads = number_at(rest, 20 - third);
    facts.start_time = boot_time() + static_cast<double>(number_at(rest, 22 - third)) / ticks;
    facts.virtual_size = number_at(rest, 23 - third);
    facts.resident = number_at(rest, 24 - third) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  facts.open_files = count_open_files();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) facts.max_files = limit.rlim_cur;
  return facts;
}

}  // namespace folio::app
