// FileRoot: a folder out of which no path leads. Names are resolved by the kernel from the open folder down: a symbolic
// link may lead about below it, and one that leads out (or names an absolute path) is as good as absent.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/file.hpp"

namespace folio::app {

class FileRoot {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Resolve : std::uint8_t {
    Kernel,      // openat2(2), and what follows where it is missing or forbidden
    Components,  // name by name, without any symbolic link
  };

  // The folder need not be there yet. Whether it is, and is still the one that has the name, is looked at every
  // `recheck`: a deployment may put another one in its place.
  explicit FileRoot(std::string path, Clock::duration recheck, Resolve resolve = Resolve::Kernel);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // Opens what `below`, which file_path made, names: a regular file or a folder, or null. Any thread.
  [[nodiscard]] std::shared_ptr<const base::File> open(const std::string& below) const;
  // What has the name now, to be compared with what was opened before. It follows links wherever they lead: it tells
  // whether to open again, and nothing else.
  [[nodiscard]] std::optional<base::File::Status> status(const std::string& below) const;

 private:
  [[nodiscard]] std::shared_ptr<const base::File> folder() const;
  [[nodiscard]] int open_beneath(int folder, const std::string& below) const;

  std::string path_;
  Clock::duration recheck_;
  Resolve resolve_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const base::File> folder_;
  mutable Clock::time_point checked_;
};

}  // namespace folio::app
