#include "measure.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>

#include "fail.hpp"

namespace load {
namespace {

constexpr auto patience = std::chrono::seconds(15);

void add_threads(int pid, std::map<int, double>& seconds) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  DIR* tasks = ::opendir(folder.c_str());
  if (tasks == nullptr) fail("server process " + std::to_string(pid) + " is gone");
  while (const dirent* task = ::readdir(tasks)) {
    if (task->d_name[0] == '.') continue;
    std::FILE* file = std::fopen((folder + "/" + task->d_name + "/schedstat").c_str(), "r");
    if (file == nullptr) continue;  // a thread that has just ended
    unsigned long long nanoseconds = 0;
    if (std::fscanf(file, "%llu", &nanoseconds) == 1) {
      seconds[std::atoi(task->d_name)] = static_cast<double>(nanoseconds) / 1e9;
    }
    std::fclose(file);
  }
  ::closedir(tasks);
}

// Seconds that each thread took, the busiest first.
std::vector<double> spent(const Usage& before, const Usage& after) {
  std::vector<double> threads;
  for (const auto& [thread, seconds] : after.server_cpu) {
    const auto earlier = before.server_cpu.find(thread);
    threads.push_back(seconds - (earlier == before.server_cpu.end() ? 0 : earlier->second));
  }
  std::sort(threads.begin(), threads.end(), std::greater<>());
  return threads;
}

std::uint64_t rss_of(int pid) {
  std::FILE* file = std::fopen(("/proc/" + std::to_string(pid) + "/statm").c_str(), "r");
  if (file == nullptr) return 0;
  unsigned long long all = 0, resident = 0;
  if (std::fscanf(file, "%llu %llu", &all, &resident) != 2) resident = 0;
  std::fclose(file);
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

}  // namespace

void Histogram::clear() {
  counts_.fill(0);
  total_ = max_ = 0;
}

double Histogram::quantile_us(double share) const {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen <= wanted) continue;
    if (i < steps) return static_cast<double>(i) / 1e3;
    const auto shift = i / steps - 1;
    const double middle = (static_cast<double>(i % steps + steps) + 0.5) * static_cast<double>(1ull << shift) / 1e3;
    return middle < max_us() ? middle : max_us();
  }
  return max_us();
}

Usage usage_now(const std::vector<int>& server_pids) {
  Usage usage;
  for (const int pid : server_pids) {
    add_threads(pid, usage.server_cpu);
    usage.rss_kib += rss_of(pid);
  }
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  usage.load_cpu = static_cast<double>(own.ru_utime.tv_sec + own.ru_stime.tv_sec) +
                   static_cast<double>(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
  return usage;
}

void Window::start() {
  begun_ = progress_at_ = Clock::now();
}

bool Window::turn() {
  const auto now = Clock::now();
  if (operations_ != progress_) {
    progress_ = operations_;
    progress_at_ = now;
  } else if (now - progress_at_ > patience) {
    fail("no answer for " + std::to_string(patience.count()) + " s after " + std::to_string(operations_) +
         " operations");
  }
  const double elapsed = std::chrono::duration<double>(now - begun_).count();
  if (phase_ == Phase::Warmup) {
    if (elapsed < options_.warmup) return true;
    phase_ = Phase::Measured;
    latencies_.clear();
    before_ = usage_now(options_.server_pids);
    first_ = operations_;
    begun_ = Clock::now();
    return true;
  }
  if (elapsed < options_.seconds) return true;
  seconds_ = elapsed;
  after_ = usage_now(options_.server_pids);
  return false;
}

void Window::print(const std::string& more) const {
  print_result(operations_ - first_, seconds_, before_, after_, latencies_, more);
}

void print_result(std::uint64_t operations, double seconds, const Usage& before, const Usage& after,
                  const Histogram& latencies, const std::string& more) {
  char times[120] = R"("p50_us":null,"p99_us":null,"max_us":null)";
  if (!latencies.empty()) {
    std::snprintf(times, sizeof(times), R"("p50_us":%.2f,"p99_us":%.2f,"max_us":%.2f)", latencies.quantile_us(0.5),
                  latencies.quantile_us(0.99), latencies.max_us());
  }
  const std::vector<double> threads = spent(before, after);
  std::string each;
  for (const double thread : threads) each += (each.empty() ? "" : ",") + std::to_string(thread);
  std::printf(R"({"operations":%llu,"seconds":%.4f,"load_cpu_seconds":%.4f,"server_cpu_seconds":%.6f,)"
              R"("server_thread_seconds":[%s],"server_rss_kib":%llu,"server_rss_before_kib":%llu,%s%s%s})"
              "\n",
              static_cast<unsigned long long>(operations), seconds, after.load_cpu - before.load_cpu,
              std::accumulate(threads.begin(), threads.end(), 0.0), each.c_str(),
              static_cast<unsigned long long>(after.rss_kib),
              static_cast<unsigned long long>(before.rss_kib), times, more.empty() ? "" : ",", more.c_str());
}

}  // namespace load
