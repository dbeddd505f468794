// The command line of the bare servers.
#pragma once

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace limits {

struct Options {
  int port = 0;
  int tls_port = 0;  // 0: no TLS
  std::string cert, key;
  std::string folder;  // of the static files
};

inline Options parse_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const char* value = arguments[i + 1];
    if (name == "--port") options.port = std::atoi(value);
    if (name == "--tls-port") options.tls_port = std::atoi(value);
    if (name == "--cert") options.cert = value;
    if (name == "--key") options.key = value;
    if (name == "--static") options.folder = value;
  }
  if (options.port == 0 || options.folder.empty() ||
      (options.tls_port != 0 && (options.key.empty() || options.cert.empty()))) {
    std::fprintf(stderr, "usage: %s --port P [--tls-port Q --cert FILE --key FILE] --static DIR\n", arguments[0]);
    std::exit(2);
  }
  return options;
}

[[noreturn]] inline void fail(const std::string& message) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  std::exit(1);
}

inline void allow_many_files() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace limits
