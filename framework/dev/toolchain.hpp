// How an app's sources are compiled and linked: what CMake found out and wrote into <build folder>/folio-app.env.
// framework/cmake/FolioApp.cmake says what the keys mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace folio::dev {

struct Toolchain {
  std::string version;
  std::string source_folder;  // Folio's own sources
  std::string build_folder;
  std::string sanitizers;  // empty for none
  std::string compiler;
  std::string ninja;
  std::string strip;
  std::string nm;                     // empty for none
  std::string linker;                 // empty for the compiler's default
  std::string host;                   // the program that loads route objects
  std::string shared_library;         // libfolio.so
  std::vector<std::string> launcher;  // a compiler cache before the compiler, or none
  std::vector<std::string> includes;
  std::vector<std::string> route_cxxflags;
  std::vector<std::string> route_ldflags;
  std::vector<std::string> app_cxxflags;
  std::vector<std::string> app_ldflags;
  std::vector<std::string> app_own_runtime;  // flags for a binary that carries the C++ runtime in itself, or none
  std::vector<std::string> app_libraries;
  std::vector<std::string> app_archives;
  std::vector<std::string> app_targets;
};

// Parses the text of a folio-app.env. False when a key that is needed is missing; `error` then names it.
[[nodiscard]] bool parse_toolchain(std::string_view text, Toolchain& toolchain, std::string& error);
// The same from a file; `error` is ready to be shown.
[[nodiscard]] bool read_toolchain(const std::string& file, Toolchain& toolchain, std::string& error);

}  // namespace folio::dev
