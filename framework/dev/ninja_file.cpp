#include "dev/ninja_file.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "dev/app_folder.hpp"

namespace folio::dev {
namespace {

// Diagnostics are read by us and shown with a frame of our own: plain, one line each, and the user's own line of a
// chain of template instantiations not cut out.
constexpr std::string_view kDiagnosticFlags =
    " -fno-color-diagnostics -fno-caret-diagnostics -ferror-limit=20"
    " -ftemplate-backtrace-limit=0";

// What is written into a command of a ninja rule: for the shell first, then for ninja.
std::string in_command(std::string_view argument) {
  std::string result;
  for (const char byte : shell_argument(argument)) {
    if (byte == '$') result += '$';
    result += byte;
  }
  return result;
}

std::string in_command(const std::vector<std::string>& arguments) {
  std::string result;
  for (const auto& argument : arguments) result += " " + in_command(argument);
  return result;
}

std::string include_flags(const BuildPlan& plan) {
  std::string flags;
  for (const auto& folder : plan.toolchain.includes) flags += " -I" + in_command(folder);
  flags += " -I" + in_command(plan.app_root);
  return flags + in_command(plan.packages.cxxflags);
}

std::string head(const BuildPlan& plan) {
  return "# Written by folio.\nninja_required_version = 1.10\ncxx = " + in_command(plan.toolchain.compiler) + "\n\n";
}

std::string compile_rule(std::string_view name, const BuildPlan& plan, std::string_view more_flags = {}) {
  // For quotes alone: a header of the app must not take the place of a system's of the same name.
  const std::string sources = plan.sources.empty() ? std::string() : " -iquote " + in_command(plan.sources);
  return "rule " + std::string(name) + "\n  command = $cxx $flags" + std::string(more_flags) + " -iquote $folder" +
         sources + " -include-pch prelude.pch -MMD -MF $out.d -c $in -o $out\n  depfile = $out.d\n" +
         "  deps = gcc\n  description = " + std::string(kCompileStep) + "$unit\n";
}

// Units are compiled with the public headers precompiled, which are six sevenths of a route's time.
std::string compile_rules(const BuildPlan& plan) {
  // Templates that the header uses itself are then made once, not in each unit: a fifth of a unit's time.
  const std::string instantiate =
      plan.toolchain.compiler.find("clang") != std::string::npos ? " -fpch-instantiate-templates" : std::string();
  return "rule prelude\n  command = $cxx $flags" + instantiate +
         " -MMD -MF $out.d -x c++-header $in -o $out\n  depfile = $out.d\n"
         "  deps = gcc\n  description = " +
         std::string(kPreludeStep) + "\n" + compile_rule("compile", plan);
}

std::string build_prelude() {
  return "build prelude.pch: prelude prelude.hpp | " + std::string(kCompilerMark) + "\n";
}

std::string object_of(const BuildUnit& unit) {
  return "obj/" + ninja_path(unit.name) + ".o";
}

std::string build_object(const BuildUnit& unit, std::string_view rule = "compile") {
  return "\nbuild " + object_of(unit) + ": " + std::string(rule) + " " + ninja_path(unit.source) +
         " | prelude.pch\n  unit = " + unit.name + "\n  folder = " + in_command(unit.folder) + "\n";
}

std::string link_shared(const BuildPlan& plan, std::string_view before, std::string_view behind) {
  return "$cxx" + in_command(plan.toolchain.route_ldflags) + std::string(before) + " -o $out $in" +
         std::string(behind) + in_command(plan.packages.libraries) + " " + in_command(plan.toolchain.shared_library);
}

std::string private_library() {
  return "so/" + std::string(kPrivateLibrary) + ".so";
}

// The names that the private sources define, in a file that only changes with them: the rest of an edit is no reason
// to link the routes anew.
std::string private_names() {
  return "so/" + std::string(kPrivateLibrary) + ".names";
}

// What a route's link has to come after, when the private sources may be what it needs.
std::string private_needs(const BuildPlan& plan) {
  if (plan.private_units.empty()) return {};
  return " " + (plan.toolchain.nm.empty() ? private_library() : private_names());
}

// Only a route that uses a private source depends on them: others stay loaded when one is edited.
std::string link_to_private(const BuildPlan& plan) {
  if (plan.private_units.empty()) return {};
  return " -Wl,--push-state,--as-needed " + private_library() + " -Wl,--pop-state";
}

std::string private_rules(const BuildPlan& plan) {
  if (plan.private_units.empty()) return {};
  // What it defines itself it also uses, whatever libraries of the process call theirs.
  const std::string name = " -Wl,-Bsymbolic " + in_command("-Wl,-soname," + std::string(kPrivateLibraryNeeded));
  std::string text = compile_rule("compile_private", plan, " -fvisibility=default");
  text += "rule link_private\n  command = " + link_shared(plan, name, {}) +
          "\n  description = " + std::string(kLinkStep) + "$unit\n";
  if (plan.toolchain.nm.empty()) return text;
  return text + "rule names\n  command = " + in_command(plan.toolchain.nm) +
         " -D -j --defined-only $in > $out.new && { cmp -s $out.new $out && rm $out.new || mv $out.new $out; }\n"
         "  restat = 1\n  description = names\n";
}

std::string build_private(const BuildPlan& plan) {
  if (plan.private_units.empty()) return {};
  std::string text;
  std::string objects;
  for (const auto& unit : plan.private_units) {
    text += build_object(unit, "compile_private");
    objects += " " + object_of(unit);
  }
  text += "\nbuild " + private_library() + ": link_private" + objects + " | " +
          ninja_path(plan.toolchain.shared_library) + "\n  unit = " + std::string(kPrivateLibrary) + "\n";
  if (!plan.toolchain.nm.empty()) text += "build " + private_names() + ": names " + private_library() + "\n";
  return text;
}

// When the compiler was installed, and its size.
std::string compiler_mark(const std::string& path) {
  struct stat info{};
  static_cast<void>(::stat(path.c_str(), &info));
  return std::to_string(info.st_mtim.tv_sec) + " " + std::to_string(info.st_size) + "\n";
}

// The binary carries the C++ runtime in itself, unless a library that it needs brings the shared one: a process must
// not have two. Which libraries it needs is only known when it is linked (simdjson goes where no JSON is read), so it
// is then linked anew. With packages it is shared from the start: they may load what is C++ later.
std::string link_app(const BuildPlan& plan) {
  const auto& tools = plan.toolchain;
  // What ThinLTO made of Folio's own code is the same for every app, and for the next build of this one.
  std::string cache;
  if (tools.linker.find("lld") != std::string::npos) {
    cache = " " + in_command("-Wl,--thinlto-cache-dir=" + tools.build_folder + "/thinlto-cache");
  }
  const auto link = [&](const std::vector<std::string>& runtime) {
    return "$cxx" + in_command(tools.app_ldflags) + in_command(runtime) + cache + " -o $out $in" +
           in_command(plan.packages.libraries) + in_command(tools.app_libraries);
  };
  const auto shared = link({});
  if (tools.app_own_runtime.empty() || !plan.packages.libraries.empty()) return shared;
  return link(tools.app_own_runtime) + " && { ! ldd $out | grep -q libstdc++ || " + shared + "; }";
}

}  // namespace

std::string ninja_path(std::string_view path) {
  std::string result;
  for (const char byte : path) {
    if (byte == '$' || byte == ' ' || byte == ':') result += '$';
    result += byte;
  }
  return result;
}

std::string shell_argument(std::string_view argument) {
  const auto is_plain = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           std::string_view("_-+=/.,:@%").find(byte) != std::string_view::npos;
  };
  if (!argument.empty() && std::ranges::all_of(argument, is_plain)) return std::string(argument);
  std::string result = "'";
  for (const char byte : argument) {
    if (byte == '\'') {
      result += "'\\''";
    } else {
      result += byte;
    }
  }
  return result + "'";
}

std::string ninja_for_routes(const BuildPlan& plan) {
  const auto& tools = plan.toolchain;
  std::string text = head(plan);
  text += "flags =" + in_command(tools.route_cxxflags) + std::string(kDiagnosticFlags) + include_flags(plan) +
          " -DFOLIO_SHARED_ROUTE\n\n";
  text += compile_rules(plan);
  text += private_rules(plan);
  text += "rule link\n  command = " + link_shared(plan, {}, link_to_private(plan)) +
          "\n  description = " + std::string(kLinkStep) + "$unit\n\n";
  text += build_prelude();
  text += build_private(plan);
  for (const auto& unit : plan.units) {
    text += build_object(unit);
    text += "build so/" + ninja_path(unit.name) + ".so: link " + object_of(unit) + " | " +
            ninja_path(tools.shared_library) + private_needs(plan) + "\n  unit = " + unit.name + "\n";
  }
  return text;
}

std::string ninja_for_app(const BuildPlan& plan) {
  const auto& tools = plan.toolchain;
  std::string text = head(plan);
  text += "flags =" + in_command(tools.app_cxxflags) + std::string(kDiagnosticFlags) + include_flags(plan) + "\n\n";
  text += compile_rules(plan);
  text += "rule link\n  command = " + link_app(plan) + "\n  description = " + std::string(kLinkStep) + "app\n";
  text += "rule strip\n  command = " + in_command(tools.strip.empty() ? "strip" : tools.strip) +
          " -o $out $in\n  description = " + std::string(kLinkStep) + "stripped\n\n";
  text += build_prelude();
  std::string objects;
  // Private ones first: their objects are then made before those of the routes, as in development.
  for (const auto* units : {&plan.private_units, &plan.units}) {
    for (const auto& unit : *units) {
      text += build_object(unit);
      objects += " " + object_of(unit);
    }
  }
  text += "\nbuild app: link" + objects + " |";
  for (const auto& archive : tools.app_archives) text += " " + ninja_path(archive);
  text += "\nbuild app.stripped: strip app\n";
  return text;
}

bool write_ninja_file(const std::string& folder, const BuildPlan& plan, const std::string& text) {
  return write_file(folder + "/prelude.hpp", "#include <folio/prelude.hpp>\n") &&
         write_file(folder + "/" + std::string(kCompilerMark),
                    compiler_mark(plan.toolchain.compiler) + plan.packages.versions) &&
         write_file(folder + "/build.ninja", text);
}

}  // namespace folio::dev
