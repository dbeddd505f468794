// How the load generator ends when something is wrong.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace load {

[[noreturn]] inline void fail(const std::string& message) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  std::exit(1);
}

// The beginning of what came, fit to print.
inline std::string shown(std::string_view bytes, std::size_t most = 300) {
  std::string text;
  for (const char c : bytes.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 32 && byte < 127) || c == '\n') {
      text += c;
    } else if (c != '\r') {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\x%02x", byte);
      text += escaped;
    }
  }
  return bytes.size() > most ? text + "…" : text;
}

}  // namespace load
