#include "dev/ninja_file.hpp"

#include <algorithm>

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
  return flags;
}

std::string head(const BuildPlan& plan) {
  return "# Written by folio.\nninja_required_version = 1.10\ncxx = " + in_command(plan.toolchain.compiler) + "\n\n";
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
  // Templates that the header uses itself are then made once, not in each unit: a fifth of a unit's time.
  const std::string instantiate =
      tools.compiler.find("clang") != std::string::npos ? " -fpch-instantiate-templates" : std::string();
  text += "rule prelude\n  command = $cxx $flags" + instantiate +
          " -MMD -MF $out.d -x c++-header $in -o $out\n  depfile = $out.d\n"
          "  deps = gcc\n  description = " +
          std::string(kPreludeStep) + "\n";
  text +=
      "rule compile\n  command = $cxx $flags -iquote $folder -include-pch prelude.pch -MMD -MF $out.d -c $in -o $out\n"
      "  depfile = $out.d\n  deps = gcc\n  description = " +
      std::string(kCompileStep) + "$unit\n";
  text += "rule link\n  command = $cxx" + in_command(tools.route_ldflags) + " -o $out $in " +
          in_command(tools.shared_library) + "\n  description = " + std::string(kLinkStep) + "$unit\n\n";
  text += "build prelude.pch: prelude prelude.hpp | " + std::string(kCompilerMark) + "\n";
  for (const auto& unit : plan.units) {
    text += "\nbuild obj/" + ninja_path(unit.name) + ".o: compile " + ninja_path(unit.source) +
            " | prelude.pch\n  unit = " + unit.name + "\n  folder = " + in_command(unit.folder) + "\n";
    text += "build so/" + ninja_path(unit.name) + ".so: link obj/" + ninja_path(unit.name) + ".o | " +
            ninja_path(tools.shared_library) + "\n  unit = " + unit.name + "\n";
  }
  return text;
}

std::string ninja_for_app(const BuildPlan& plan) {
  const auto& tools = plan.toolchain;
  std::string text = head(plan);
  text += "flags =" + in_command(tools.app_cxxflags) + std::string(kDiagnosticFlags) + include_flags(plan) + "\n\n";
  text +=
      "rule compile\n  command = $cxx $flags -iquote $folder -MMD -MF $out.d -c $in -o $out\n"
      "  depfile = $out.d\n  deps = gcc\n  description = " +
      std::string(kCompileStep) + "$unit\n";
  // What ThinLTO made of Folio's own code is the same for every app, and for the next build of this one.
  std::string cache;
  if (tools.linker.find("lld") != std::string::npos) {
    cache = " " + in_command("-Wl,--thinlto-cache-dir=" + tools.build_folder + "/thinlto-cache");
  }
  text += "rule link\n  command = $cxx" + in_command(tools.app_ldflags) + cache + " -o $out $in" +
          in_command(tools.app_libraries) + "\n  description = " + std::string(kLinkStep) + "app\n";
  text += "rule strip\n  command = " + in_command(tools.strip.empty() ? "strip" : tools.strip) +
          " -o $out $in\n  description = " + std::string(kLinkStep) + "stripped\n";
  std::string objects;
  for (const auto& unit : plan.units) {
    const std::string object = "obj/" + ninja_path(unit.name) + ".o";
    text += "\nbuild " + object + ": compile " + ninja_path(unit.source) + "\n  unit = " + unit.name +
            "\n  folder = " + in_command(unit.folder) + "\n";
    objects += " " + object;
  }
  text += "\nbuild app: link" + objects + " |";
  for (const auto& archive : tools.app_archives) text += " " + ninja_path(archive);
  text += "\nbuild app.stripped: strip app\n";
  return text;
}

}  // namespace folio::dev
