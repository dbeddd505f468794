// What the servers of peers share: the command line of every benchmark server, and the Date field.
//
//     SERVER --port P [--tls-port Q --cert FILE --key FILE] --static DIR
#pragma once

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

struct Options {
  unsigned short port = 0;
  unsigned short tls_port = 0;  // 0: no TLS
  std::string cert;
  std::string key;
  std::string folder;  // of the static files
};

inline Options parse_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const char* value = arguments[i + 1];
    if (name == "--port") options.port = static_cast<unsigned short>(std::atoi(value));
    if (name == "--tls-port") options.tls_port = static_cast<unsigned short>(std::atoi(value));
    if (name == "--cert") options.cert = value;
    if (name == "--key") options.key = value;
    if (name == "--static") options.folder = value;
  }
  if (options.port == 0 || options.folder.empty() || (options.tls_port != 0 && options.key.empty())) {
    std::fprintf(stderr, "usage: %s --port P [--tls-port Q --cert FILE --key FILE] --static DIR\n", arguments[0]);
    std::exit(2);
  }
  return options;
}

// The value of Date, made once a second. One for each thread that asks.
inline const std::string& http_date() {
  thread_local std::string text;
  thread_local std::time_t made = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    char buffer[64];
    text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    made = now;
  }
  return text;
}
