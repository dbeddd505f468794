// The folder in which the tool builds an app: APP/.folio/NAME, locked while it is in use, so that two tools at work on
// one app do not build over each other: the second one gets a folder of its own.
#pragma once

#include <string>

namespace folio::dev {

class BuildFolder {
 public:
  BuildFolder() = default;
  BuildFolder(BuildFolder&& other) noexcept;
  BuildFolder& operator=(BuildFolder&& other) noexcept;
  ~BuildFolder();

  // Makes and locks the folder; `name` tells builds of different kinds apart. False with an `error` to be shown.
  [[nodiscard]] bool open(const std::string& app_root, const std::string& name, std::string& error);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace folio::dev
