// run_app: the main of an app's binary. Generated code calls it; a program of one's own may as well.
#pragma once

#include <span>
#include <string_view>

#include <folio/route_unit.hpp>

namespace folio {

// What the build knows of the app. Views of constants.
struct AppInfo {
  std::string_view name = "app";
  // Where static files were when the app was built; asked last, after --public, PUBLIC, ./public and the public folder
  // beside the binary.
  std::string_view public_files;
};

// Serves the routes until SIGTERM or SIGINT, by the settings of the command line, the environment and ./.env, in this
// order. Gives the exit code: 0 done, 1 it failed, 2 wrong use.
int run_app(int argc, char** argv, std::span<const RouteUnit* const> routes, const AppInfo& info = {});

}  // namespace folio
