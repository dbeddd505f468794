// Files of the app's public/ folder, and of folders that handlers name. A public file goes before a route with
// parameters and behind a literal one (which the code generator refuses to hide a file: R010).
#pragma once

#include <folio/response.hpp>
#include <folio/result.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "app/config.hpp"
#include "app/exchange.hpp"
#include "app/file_cache.hpp"
#include "app/file_response.hpp"
#include "app/file_root.hpp"
#include "routing/path_hash.hpp"

namespace folio::app {

// Shared by all loops of a server.
class StaticFiles {
 public:
  explicit StaticFiles(const Config& config);

  // Whether find() has anything to look for. REQUIRES: the exchange has been routed.
  [[nodiscard]] bool may_answer(const Exchange& exchange) const noexcept {
    return public_ != nullptr && (exchange.chain.unit == nullptr || !exchange.data.match.captures().empty());
  }
  // The answer to a request for a public file that is there, unless a route has the path for itself.
  // REQUIRES: the exchange has been routed.
  // Kept apart from what calls it: most requests have no need of it, and would pay for its registers.
  [[nodiscard, gnu::noinline]] std::optional<Response> find(const Exchange& exchange);
  // What `below`, which is a path in clear text, names in a folder of a handler's: see folio/serve_files.hpp.
  [[nodiscard]] Result<Response> serve(const Request& request, const std::string& folder, std::string_view below);

 private:
  [[nodiscard]] bool is_candidate(const Exchange& exchange) const;
  [[nodiscard]] std::shared_ptr<const FileRoot> root_of(const std::string& folder);

  // What there was at the start: so that a route with parameters costs no look at the disk. Files that come later are
  // served where no route answers.
  struct PathHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view path) const noexcept { return routing::hash_of(path).value; }
  };
  std::unordered_set<std::string, PathHash, std::equal_to<>> known_;
  bool changing_;
  std::chrono::nanoseconds recheck_;
  FilePolicy policy_;
  FileCache cache_;
  std::unique_ptr<const FileRoot> public_;  // null: there is none
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const FileRoot>, std::less<>> roots_;  // of handlers
};

}  // namespace folio::app
