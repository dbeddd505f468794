// generate() and inspect(): the steps in their order.
#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include "codegen/codegen.hpp"
#include "codegen/emit.hpp"
#include "codegen/manifest.hpp"
#include "codegen/scan.hpp"
#include "codegen/write.hpp"

namespace folio::codegen {
namespace {

namespace fs = std::filesystem;

// Whether wrappers written to `out` would lie among the route files and be taken for some.
bool writes_into_routes(const Options& options) {
  std::error_code ignored;
  const fs::path routes = fs::weakly_canonical(options.routes, ignored);
  const fs::path wrappers = fs::weakly_canonical(options.out / "routes", ignored);
  const fs::path relative = wrappers.lexically_relative(routes);
  if (relative.empty() || *relative.begin() == "..") return false;
  std::size_t depth = 0;
  for (const fs::path& part : relative) {
    if (routing::is_closed_folder(part.string(), depth++) && part != ".") return false;
  }
  return true;
}

}  // namespace

Outcome inspect(const Options& options) {
  return manifest(scan(options), options);
}

Outcome generate(const Options& options) {
  const Scan scanned = scan(options);
  Outcome outcome = manifest(scanned, options);
  if (!outcome.errors.empty()) return outcome;
  if (writes_into_routes(options)) {
    outcome.errors.push_back({"",
                              "generated files would lie among the route files: " + (options.out / "routes").string(),
                              {},
                              "choose another folder to write to, such as .folio/generated"});
    return outcome;
  }
  write(emit(scanned, outcome), options.out, outcome);
  return outcome;
}

}  // namespace folio::codegen
