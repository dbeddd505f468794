#include "routing/conflicts.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace folio::routing {
namespace {

using RouteIndexes = std::vector<std::size_t>;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// "users.cpp" and "users/index.cpp" give the same; groups are kept, so that only these two meet.
std::string_view without_index(std::string_view file) {
  if (file.ends_with("/index.cpp")) return file.substr(0, file.size() - 10);
  if (file.ends_with(".cpp")) return file.substr(0, file.size() - 4);
  return file;
}

class Conflicts {
 public:
  Conflicts(std::span<const SourceFile> files, RouteMap& map) : files_(files), map_(map) {}

  void find() {
    for (std::size_t at = 0; at < map_.routes.size(); ++at) by_shape_[shape_of(map_.routes[at].pattern)].push_back(at);
    for (const auto& [shape, routes] : by_shape_) {
      if (routes.size() > 1) same_path(routes);
    }
    only_case();
    overlapping_matchers();
  }

 private:
  [[nodiscard]] const std::string& name(std::uint32_t file) const { return files_[file].file; }

  // Those in no group first: they are what people think of as the path's own.
  void sort_files(std::vector<std::uint32_t>& files) const {
    const auto groups = [&](std::uint32_t file) { return std::ranges::count(name(file), '('); };
    std::ranges::sort(files, [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(groups(a), std::string_view(name(a))) < std::pair(groups(b), std::string_view(name(b)));
    });
    const auto repeated = std::ranges::unique(files);
    files.erase(repeated.begin(), repeated.end());
  }

  // Each set of files is reported once, though several of their paths may meet.
  void report(std::string code, std::string message, std::vector<std::uint32_t> files, std::string help) {
    sort_files(files);
    if (!reported_.insert(files).second) return;
    map_.problems.push_back({std::move(code), std::move(message), std::move(files), std::move(help)});
  }

  void same_path(const RouteIndexes& routes) {
    std::vector<std::uint32_t> files;
    for (const std::size_t at : routes) files.push_back(map_.routes[at].file);
    sort_files(files);
    const auto first = std::ranges::find(routes, files.front(), [&](std::size_t at) { return map_.routes[at].file; });
    const Pattern& pattern = map_.routes[*first].pattern;
    const std::string path = to_string(pattern);
    for (const std::size_t at : routes) {
      if (const auto optional = optional_of(map_.routes[at].file)) {
        optional_segment(map_.routes[at], *optional, path, files);
        return;
      }
    }
    if (files.size() == 2 && without_index(name(files[0])) == without_index(name(files[1]))) {
      const std::string stem(without_index(name(files[0])));
      report("R002", path + " is defined twice, by a file and by the index of the folder of the same name", files,
             "keep one: move what `" + stem + ".cpp` does into `" + stem + "/index.cpp`, or the other way round");
      return;
    }
    const std::string times = files.size() == 2 ? "twice" : std::to_string(files.size()) + " times";
    report("R001", path + " is defined " + times, files, way_out(pattern));
  }

  void optional_segment(const Route& route, const Segment& optional, const std::string& path,
                        const std::vector<std::uint32_t>& files) {
    if (files.size() == 1) {
      report("R003", "the optional segments of one file give " + path + " in two ways", files,
             "put a literal segment between them, or make a file of its own of each path");
      return;
    }
    const auto is_optional = [&](const Segment& segment) { return segment.name == optional.name; };
    const bool left_out = std::ranges::none_of(route.pattern.segments, is_optional);
    Segment required = optional;
    required.optional = false;
    report("R003",
           path + " is defined twice: " + (left_out ? "once by leaving `" : "once by filling `") + to_string(optional) +
               (left_out ? "` out" : "`"),
           files,
           left_out ? "write `" + to_string(required) + "` to keep both files, or remove the other one"
                    : "remove the other file, or tell them apart with a matcher: " + with_int(optional) + ".cpp");
  }

  [[nodiscard]] std::optional<Segment> optional_of(std::uint32_t file) const {
    for (const Segment& segment : parameters_of(files_[file])) {
      if (segment.optional) return segment;
    }
    return std::nullopt;
  }

  static std::string with_int(Segment segment) {
    segment.matcher = "int";
    return to_string(segment);
  }

  static std::string way_out(const Pattern& pattern) {
    std::string behind;
    for (auto segment = pattern.segments.rbegin(); segment != pattern.segments.rend(); ++segment) {
      const bool parameter = segment->kind == SegmentKind::Parameter || segment->kind == SegmentKind::Mixed;
      if (parameter && segment->matcher.empty()) {
        return "rename one, or tell them apart with a matcher: " + with_int(*segment) + behind + ".cpp";
      }
      behind.insert(0, "/" + to_string(*segment));
    }
    return "rename or remove one: a group takes no part in the path";
  }

  void only_case() {
    std::map<std::string, std::vector<const RouteIndexes*>> folded;
    for (const auto& [shape, routes] : by_shape_) {
      Pattern pattern = map_.routes[routes.front()].pattern;
      for (Segment& segment : pattern.segments) {
        segment.text = lower(segment.text);
        segment.suffix = lower(segment.suffix);
      }
      folded[shape_of(pattern)].push_back(&routes);
    }
    for (const auto& [shape, spellings] : folded) {
      if (spellings.size() < 2) continue;
      std::vector<std::uint32_t> files;
      std::string message;
      for (const RouteIndexes* routes : spellings) {
        for (const std::size_t at : *routes) files.push_back(map_.routes[at].file);
        message += (message.empty() ? "" : " and ") + to_string(map_.routes[routes->front()].pattern);
      }
      report("R009", message + " differ only in case", files,
             "rename one: people type addresses in either case, and some file systems cannot hold both");
    }
  }

  void overlapping_matchers() {
    RouteIndexes matched;
    for (const auto& [shape, routes] : by_shape_) {
      const auto& segments = map_.routes[routes.front()].pattern.segments;
      const auto has_matcher = [](const Segment& segment) { return !segment.matcher.empty(); };
      if (std::ranges::any_of(segments, has_matcher)) matched.push_back(routes.front());
    }
    std::ranges::sort(matched);
    for (std::size_t i = 0; i < matched.size(); ++i) {
      for (std::size_t j = i + 1; j < matched.size(); ++j) overlap(map_.routes[matched[i]], map_.routes[matched[j]]);
    }
  }

  void overlap(const Route& a, const Route& b) {
    if (!may_overlap(a.pattern, b.pattern)) return;
    const Comparison comparison = compare(a.pattern, b.pattern);
    if (comparison.winner != Precedence::Tie || comparison.segment >= a.pattern.segments.size()) return;
    const Segment& first = a.pattern.segments[comparison.segment];
    const Segment& second = b.pattern.segments[comparison.segment];
    report("R013",
           "`" + first.matcher + "` and `" + second.matcher + "` at segment " + std::to_string(comparison.segment + 1) +
               " may both accept the same path: " + to_string(a.pattern) +
               (to_string(a.pattern) == to_string(b.pattern) ? "" : " and " + to_string(b.pattern)),
           {a.file, b.file},
           "keep one matcher there and tell the rest apart in the handler, or put a literal segment before one");
  }

  std::span<const SourceFile> files_;
  RouteMap& map_;
  std::map<std::string, RouteIndexes> by_shape_;
  std::set<std::vector<std::uint32_t>> reported_;
};

}  // namespace

void find_conflicts(std::span<const SourceFile> files, RouteMap& map) {
  Conflicts(files, map).find();
}

}  // namespace folio::routing
