#include "codegen/write.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <system_error>

namespace folio::codegen {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> content_of(const fs::path& path) {
  std::ifstream input(path, std::ios::binary);
  if (!input) return std::nullopt;
  std::ostringstream text;
  text << input.rdbuf();
  return std::move(text).str();
}

bool is_ours(const fs::path& path, std::string_view content) {
  return path.extension() == ".json" ? content.find("\"generator\": \"folio-codegen\"") != std::string_view::npos
                                     : content.starts_with(kGeneratedMark);
}

void fail(Outcome& outcome, std::string message, std::string help) {
  outcome.errors.push_back({"", std::move(message), {}, std::move(help)});
}

bool replace(const fs::path& path, std::string_view content, Outcome& outcome) {
  // Beside the file, so that the rename stays on one file system.
  fs::path temporary = path;
  temporary += ".new";
  errno = 0;
  {
    std::ofstream output(temporary, std::ios::binary | std::ios::trunc);
    output.write(content.data(), static_cast<std::streamsize>(content.size()));
    output.close();
    if (!output) {
      const std::string reason = errno == 0 ? "the write failed" : std::generic_category().message(errno);
      fail(outcome, "cannot write " + path.string() + ": " + reason, "check permissions and room on the disk");
      std::error_code ignored;
      fs::remove(temporary, ignored);
      return false;
    }
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) {
    fail(outcome, "cannot write " + path.string() + ": " + error.message(), "check permissions of its folder");
    std::error_code ignored;
    fs::remove(temporary, ignored);
    return false;
  }
  return true;
}

void remove_orphans(const fs::path& folder, const std::set<std::string>& kept, Outcome& outcome) {
  std::error_code error;
  std::set<fs::path> orphans;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() != ".cpp" || kept.contains(path.filename().string())) continue;
    const auto content = content_of(path);
    if (content && is_ours(path, *content)) orphans.insert(path);
  }
  for (const fs::path& path : orphans) {
    if (fs::remove(path, error) && !error) {
      ++outcome.removed;
    } else {
      fail(outcome, "cannot remove " + path.string() + ": " + error.message(), "check permissions of its folder");
    }
  }
}

}  // namespace

void write(std::span<const GeneratedFile> files, const fs::path& out, Outcome& outcome) {
  std::error_code error;
  fs::create_directories(out / "routes", error);
  if (error) {
    fail(outcome, "cannot create the folder " + (out / "routes").string() + ": " + error.message(),
         "check permissions, or choose another folder to write to");
    return;
  }
  std::set<std::string> wrappers;
  for (const GeneratedFile& file : files) {
    const fs::path path = out / file.name;
    wrappers.insert(path.filename().string());
    const auto present = content_of(path);
    if (present && *present == file.content) continue;
    if (present && !present->empty() && !is_ours(path, *present)) {
      fail(outcome, path.string() + " is in the way: it was not generated",
           "move it, or choose another folder to write to");
      return;
    }
    if (!replace(path, file.content, outcome)) return;
    ++outcome.written;
  }
  remove_orphans(out / "routes", wrappers, outcome);
}

}  // namespace folio::codegen
