// The text of the ninja files that build an app. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dev/packages.hpp"
#include "dev/toolchain.hpp"

namespace folio::dev {

// One translation unit: a wrapper, as codegen left it, or a private source.
struct BuildUnit {
  std::string name;    // stable, fit for a file name
  std::string source;  // what is compiled, absolute
  std::string folder;  // of the user's file, absolute: where its relative includes begin
};

struct BuildPlan {
  const Toolchain& toolchain;
  std::string app_root;  // includes may be relative to it, too
  std::vector<BuildUnit> units;
  std::vector<BuildUnit> private_units = {};
  std::string sources = {};  // the folder src/ of the app, or empty: `#include "x.hpp"` looks there, too
  Packages packages = {};
};

// Ninja's output begins a line with this for each step that it has done.
inline constexpr std::string_view kNinjaStatus = "[folio] ";
inline constexpr std::string_view kPreludeStep = "prelude";
inline constexpr std::string_view kCompileStep = "compile ";
inline constexpr std::string_view kLinkStep = "link ";

// A file whose content says which compiler it is, and which versions the app's packages have: when one is another,
// everything is compiled anew.
inline constexpr std::string_view kCompilerMark = "compiler";

// The private sources of an app as one shared object, and how the routes that use it name it: the loader looks in the
// folder of the object that asks ($ORIGIN, which ELF allows in DT_NEEDED). Whoever publishes a route puts the version
// that it shall have beside it; versions in several folders are several objects to the loader, each with its own state.
inline constexpr std::string_view kPrivateLibrary = "folio_private";
inline constexpr std::string_view kPrivateLibraryNeeded = "$ORIGIN/folio_private.so";

// For development: prelude.pch, obj/NAME.o for each unit, so/NAME.so for each but the private ones, and of those
// so/kPrivateLibrary.so; relative to the file's folder, in which prelude.hpp and kCompilerMark lie.
[[nodiscard]] std::string ninja_for_routes(const BuildPlan& plan);

// For release: prelude.pch, obj/NAME.o for each unit (among them the table and main), linked to `app` and stripped to
// `app.stripped`.
[[nodiscard]] std::string ninja_for_app(const BuildPlan& plan);

// Writes one of these as build.ninja into `folder`, with prelude.hpp and kCompilerMark beside it. What has not changed
// is not touched. False when it cannot be written.
[[nodiscard]] bool write_ninja_file(const std::string& folder, const BuildPlan& plan, const std::string& text);

// A word of a ninja `build` line, and an argument of a command, with what is special in them escaped.
[[nodiscard]] std::string ninja_path(std::string_view path);
[[nodiscard]] std::string shell_argument(std::string_view argument);

}  // namespace folio::dev
