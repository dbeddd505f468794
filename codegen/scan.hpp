// Step one: what lies in the routes folder. The only step that reads the file system.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "codegen/codegen.hpp"
#include "codegen/source_facts.hpp"
#include "routing/source.hpp"

namespace folio::codegen {

struct ScannedFile {
  std::string file;  // relative to the routes folder, '/' between folders
  routing::Classification is;
  std::string text;  // of a Unit, without a byte order mark
  SourceFacts facts;
};

struct Scan {
  std::vector<ScannedFile> files;         // Units and Misspelt ones, sorted by file byte by byte
  std::vector<std::string> public_files;  // relative to the public folder, sorted
  std::vector<Diagnostic> errors;         // folders and files that cannot be read
};

[[nodiscard]] Scan scan(const Options& options);

}  // namespace folio::codegen
