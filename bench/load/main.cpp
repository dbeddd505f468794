// A load generator for HTTP/1.1 and WebSocket servers: keeps many connections busy over epoll, checks every byte of
// every answer, and prints what was done and what it took as one line of JSON. It is to cost less than any server that
// it measures, so requests are made in advance and answers are compared, not parsed. `load --help` lists the cases.
#include <sys/resource.h>

#include <csignal>
#include <optional>
#include <utility>

#include "cases.hpp"
#include "fail.hpp"

int main(int argc, char** argv) {
  using namespace load;
  const Options options = parse_options(argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  std::optional<TlsClient> tls;
  if (options.tls || options.name == "tls-handshake") tls.emplace(options.resume);
  const Context context{options, tls ? &*tls : nullptr};
  constexpr std::pair<std::string_view, void (*)(const Context&)> cases[] = {
      {"http", run_http},   {"post", run_post},       {"echo", run_echo},
      {"room", run_room},   {"connect", run_connect}, {"tls-handshake", run_tls_handshake},
      {"churn", run_churn}, {"upgrade", run_upgrade}, {"idle", run_idle},
  };
  for (const auto& [name, run] : cases) {
    if (name != options.name) continue;
    run(context);
    return 0;
  }
  fail("there is no case '" + options.name + "'; `load --help` lists what there is");
}
