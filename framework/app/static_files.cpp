#include "app/static_files.hpp"

#include <folio/log.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "base/http_date.hpp"
#include "base/percent.hpp"
#include "core/media_type.hpp"

namespace folio::app {

namespace {

// A file descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// The path below the root that a request's path names: decoded, and only of plain names. Nothing for one that climbs,
// hides (a dotfile, but for .well-known), or cannot be a file's name.
std::optional<std::string> relative_path(std::string_view path) {
  std::string relative;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = path.find('/');
    std::optional<std::string> decoded = base::percent_decode(path.substr(0, end));
    if (!decoded) return std::nullopt;
    std::string& segment = *decoded;
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    if (segment.find('\0') != std::string::npos || segment.find('/') != std::string::npos) return std::nullopt;
    if (segment.empty() && path.empty()) segment = "index.html";
    if (segment.empty() || (segment[0] == '.' && segment != ".well-known")) return std::nullopt;
    relative.append("/").append(segment);
  }
  return relative;
}

// A strong validator: a file that changes changes its time or its size. RFC 9110 §8.8.3.
std::string entity_tag(const struct stat& status) {
  std::array<char, 48> tag{};
  const auto time = static_cast<unsigned long>(status.st_mtim.tv_sec * 1'000'000'000L + status.st_mtim.tv_nsec);
  const int size =
      std::snprintf(tag.data(), tag.size(), "\"%lx-%lx\"", time, static_cast<unsigned long>(status.st_size));
  return {tag.data(), static_cast<std::size_t>(size)};
}

// RFC 9110 §13.1.2, §13.1.3: If-None-Match decides alone when it is there; If-Modified-Since otherwise.
bool is_unchanged(const Request& request, std::string_view etag, std::int64_t modified) {
  if (request.has_header("If-None-Match")) {
    const auto wanted = request.header("If-None-Match");
    return wanted == "*" || wanted.find(etag) != std::string_view::npos;
  }
  const auto since = base::parse_http_date(request.header("If-Modified-Since"), std::time(nullptr));
  return since && modified <= *since;
}

}  // namespace

StaticFiles::StaticFiles(const Config& config)
    : changing_(config.public_files_change), max_size_(config.max_static_file) {
  if (config.public_files.empty()) return;
  if (char* real = ::realpath(config.public_files.c_str(), nullptr)) {
    root_ = real;
    std::free(real);
  }
  std::error_code ignored;  // what cannot be listed is not served before parameters
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_, ignored)) {
    if (entry.is_regular_file(ignored)) known_.insert(entry.path().string().substr(root_.size()));
  }
}

bool StaticFiles::is_candidate(const Exchange& exchange) const {
  const Method method = exchange.data.head->method;
  if (root_.empty() || (method != Method::Get && method != Method::Head)) return false;
  const bool literal = exchange.chain.unit != nullptr && exchange.data.match.captures().empty();
  if (literal || exchange.chain.target == detail::Target::BadPath) return false;
  if (exchange.chain.target == detail::Target::NotFound || changing_) return true;
  std::string path(exchange.request.path());
  if (path.ends_with('/')) path += "index.html";
  return path.find('%') != std::string::npos || known_.contains(path);
}

std::optional<Response> StaticFiles::find(const Exchange& exchange) const {
  if (!is_candidate(exchange)) return std::nullopt;
  const Request& request = exchange.request;
  const auto relative = relative_path(request.path());
  if (!relative) return std::nullopt;
  const std::string path = root_ + *relative;
  // Symbolic links may lead about inside the root, and not out of it.
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (!real || !std::string_view(real.get()).starts_with(root_ + "/")) return std::nullopt;
  const File file(::open(real.get(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct stat status{};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) return std::nullopt;
  if (S_ISDIR(status.st_mode) && ::access((std::string(real.get()) + "/index.html").c_str(), R_OK) == 0) {
    // The page of a folder lives under the slash, so that its relative links lead into the folder.
    const std::string query(request.query_string());
    return Response::redirect(std::string(request.path()) + "/" + (query.empty() ? "" : "?" + query), 308);
  }
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > max_size_) {
    log::warn("not served, past max_static_file: " + path);
    return std::nullopt;
  }
  const std::string etag = entity_tag(status);
  Response found;
  found.content_type = HeaderValue::constant(core::media_type(*relative));
  found.header("ETag", etag)
      .header("Last-Modified", base::http_date(status.st_mtim.tv_sec))
      .header("Cache-Control", "no-cache")
      .header("X-Content-Type-Options", "nosniff");
  if (is_unchanged(request, etag, status.st_mtim.tv_sec)) {
    found.status_code = 304;
    return found;
  }
  found.body.resize(size);
  std::size_t have = 0;
  while (have < size) {
    const ssize_t count = ::read(file.fd(), found.body.data() + have, size - have);
    if (count <= 0) break;
    have += static_cast<std::size_t>(count);
  }
  found.body.resize(have);
  return found;
}

}  // namespace folio::app
