// The command line of the load generator.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace load {

struct Options {
  std::string name;  // of the case
  int port = 0;
  bool tls = false;
  bool resume = false;   // TLS sessions
  bool deflate = false;  // offer permessage-deflate, and send compressed messages
  std::string path;      // empty: the case's own
  std::size_t connections = 64;
  std::size_t in_flight = 1;
  std::size_t size = 32;
  std::size_t rooms = 0;    // 0: the case's own
  std::size_t headers = 3;  // fields of a GET
  double seconds = 2;
  double warmup = 0.5;
  std::vector<int> server_pids;
};

// Ends the program with a message if the line makes no sense.
Options parse_options(int count, char** arguments);

}  // namespace load
