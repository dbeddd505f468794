#include "app/static_files.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "app/dispatch.hpp"
#include "app/file_path.hpp"

namespace folio::app {

namespace {

constexpr std::string_view allowed = "GET, HEAD, OPTIONS";

// Folders of handlers that are held open. Handlers name few; one that makes their names up goes without.
constexpr std::size_t max_roots = 64;

bool reads(const Request& request) {
  return request.method_kind() == Method::Get || request.method_kind() == Method::Head;
}

// The page of a folder lives under the slash, so that its relative links lead into the folder.
Response redirect_to_slash(const Request& request) {
  std::string to(request.path());
  to += '/';
  if (!request.query_string().empty()) to.append("?").append(request.query_string());
  return Response::redirect(std::move(to), 308);
}

AppError wrong_method() {
  return AppError::method_not_allowed("a file answers " + std::string(allowed)).header("Allow", std::string(allowed));
}

}  // namespace

// A file that changes while it is developed shows at the next request. Where it is served, a hot one would cost some
// system calls a request, and nobody notices that a new one is a second late.
StaticFiles::StaticFiles(const Config& config)
    : changing_(config.public_files_change),
      recheck_(std::chrono::seconds(changing_ ? 0 : config.file_recheck)),
      policy_{.max_ranges = config.max_ranges, .trust_hashes = !changing_},
      cache_(config.max_open_files, recheck_, !changing_) {
  if (config.public_files.empty()) return;
  public_ = std::make_unique<const FileRoot>(config.public_files, recheck_);
  const std::filesystem::path root(config.public_files);
  std::error_code ignored;  // what cannot be listed is not served before parameters
  std::filesystem::recursive_directory_iterator entry(root, std::filesystem::directory_options::skip_permission_denied,
                                                      ignored);
  for (const std::filesystem::recursive_directory_iterator end; !ignored && entry != end; entry.increment(ignored)) {
    std::error_code unknown;
    if (!entry->is_regular_file(unknown)) continue;
    const std::filesystem::path below = entry->path().lexically_relative(root);
    known_.insert('/' + below.string());
    if (below.filename() == "index.html") known_.insert('/' + below.parent_path().string());
  }
}

bool StaticFiles::is_candidate(const Exchange& exchange) const {
  if (exchange.chain.target == detail::Target::NotFound) return true;
  if (!reads(exchange.request) || exchange.chain.target == detail::Target::BadPath) return false;
  const std::string_view path = exchange.request.path();
  if (changing_ || routing::hash_of(path).special) return true;
  return path.ends_with('/') ? known_.contains(std::string(path) + "index.html") : known_.contains(path);
}

std::optional<Response> StaticFiles::find(const Exchange& exchange) {
  if (!may_answer(exchange) || !is_candidate(exchange)) return std::nullopt;
  const Request& request = exchange.request;
  auto below = file_path(request.path(), PathText::Encoded);
  if (!below) return std::nullopt;
  if (below->empty() || below->ends_with('/')) *below += "index.html";
  const auto served = cache_.find(*public_, *below);
  if (!served || (served->is_folder && !served->has_index)) return std::nullopt;
  if (request.method_kind() == Method::Options) {
    return Response::status(204).header("Allow", HeaderValue::constant(allowed));
  }
  if (!reads(request)) return error_response(exchange, wrong_method());
  if (served->is_folder) return redirect_to_slash(request);
  Result<Response> response = respond_with_file(request, *served, policy_);
  if (response) return *std::move(response);
  return error_response(exchange, response.error());
}

std::shared_ptr<const FileRoot> StaticFiles::root_of(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  if (const auto found = roots_.find(folder); found != roots_.end()) return found->second;
  auto root = std::make_shared<const FileRoot>(folder, recheck_);
  if (roots_.size() < max_roots) roots_.emplace(folder, root);
  return root;
}

Result<Response> StaticFiles::serve(const Request& request, const std::string& folder, std::string_view path) {
  if (!reads(request)) return wrong_method();
  const auto below = file_path(path, PathText::Plain);
  const auto missing = [] { return AppError::not_found("no such file"); };
  if (!below) return missing();
  const auto root = root_of(folder);
  auto served = cache_.find(*root, *below);
  if (served && served->is_folder && served->has_index) {
    served =
        cache_.find(*root, below->empty() || below->ends_with('/') ? *below + "index.html" : *below + "/index.html");
  }
  if (!served || served->is_folder) return missing();
  return respond_with_file(request, *served, policy_);
}

}  // namespace folio::app
