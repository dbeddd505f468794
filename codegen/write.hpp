// The thin end: generated files onto the disk.
#pragma once

#include <filesystem>
#include <span>

#include "codegen/codegen.hpp"
#include "codegen/emit.hpp"

namespace folio::codegen {

// Writes what differs, each file at one stroke, and removes generated wrappers that are not among `files`. Never
// touches a file that the generator did not write. Counts and errors go to `outcome`.
void write(std::span<const GeneratedFile> files, const std::filesystem::path& out, Outcome& outcome);

}  // namespace folio::codegen
