#include "dev/commands.hpp"

#include <cstdio>

namespace folio::dev {

int complain(const std::string& error, int code) {
  static_cast<void>(std::fprintf(stderr, "error: %s\n", error.c_str()));
  return code;
}

int serve_app(const Toolchain& tools, const AppFolder& app, const DevOptions& options) {
  if (tools.host.empty()) return complain("this build of Folio has no folio-host: build Folio again with ./folio", 1);
  Supervisor supervisor(tools, app, options);
  std::string error;
  const int code = supervisor.run(error);
  return code == 0 ? 0 : complain(error, code);
}

}  // namespace folio::dev
