#include "dev/object_names.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace folio::dev {
namespace {

// In the order in which they were met, each once.
using Files = std::vector<std::string>;

void name_sources_in(std::string& text, const std::vector<Generated::Unit>& units, Files& files) {
  for (const auto& unit : units) {
    const std::string object = "obj/" + unit.build.name + ".o";
    auto at = text.find(object);
    if (at == std::string::npos) continue;
    if (std::ranges::find(files, unit.file) == files.end()) files.push_back(unit.file);
    for (; at != std::string::npos; at = text.find(object, at + unit.file.size())) {
      text.replace(at, object.size(), unit.file);
    }
  }
}

}  // namespace

void name_sources(std::vector<Diagnostic>& diagnostics, const Generated& generated) {
  for (auto& each : diagnostics) {
    if (!each.place.file.empty()) continue;
    Files files;
    const auto look_into = [&](std::string& text) {
      name_sources_in(text, generated.private_units, files);
      name_sources_in(text, generated.units, files);
    };
    look_into(each.message);
    for (auto& note : each.notes) look_into(note.message);
    for (auto& file : files) {
      if (each.place.file.empty()) {
        each.place.file = std::move(file);
      } else {
        each.others.push_back({.file = std::move(file)});
      }
    }
  }
}

}  // namespace folio::dev
