#include "routing/route_map.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "routing/conflicts.hpp"
#include "routing/matcher.hpp"
#include "routing/suggest.hpp"

namespace folio::routing {
namespace {

class Builder {
 public:
  explicit Builder(std::span<const SourceFile> files) : files_(files) {}

  RouteMap build() && {
    order_.resize(files_.size());
    for (std::uint32_t at = 0; at < files_.size(); ++at) order_[at] = at;
    std::ranges::sort(order_, {}, [&](std::uint32_t at) { return std::string_view(files_[at].file); });
    collect();
    map_.scope_of.resize(files_.size());
    scope_of_folder("");
    for (const std::uint32_t at : order_) place(at);
    choose_folders();
    find_conflicts(files_, map_);
    sort_problems();
    return std::move(map_);
  }

 private:
  using Folder = std::string;
  struct Special {
    std::uint32_t middleware = kNone, error = kNone, not_found = kNone;
  };

  void collect() {
    for (const auto& matcher : kBuiltInMatchers) matchers_.emplace(matcher.name);
    for (const std::uint32_t at : order_) {
      const SourceFile& source = files_[at];
      Special& special = specials_[Folder(folder_of(source.file))];
      switch (source.kind) {
        case Kind::Middleware:
          special.middleware = at;
          break;
        case Kind::Error:
          special.error = at;
          break;
        case Kind::NotFound:
          special.not_found = at;
          break;
        case Kind::Matcher:
          own_matcher(at);
          break;
        case Kind::Route:
          break;
      }
    }
  }

  void own_matcher(std::uint32_t at) {
    const std::string name(matcher_name_of(files_[at].file));
    const bool word = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!word) {
      problem({"R006", "`" + name + "` cannot be a matcher's name", "name it with letters, digits and `_`"}, at);
    } else if (built_in_matcher(name) != nullptr) {
      problem({"R006", "a matcher named `" + name + "` is built in",
               "rename the file, and `[id=" + name + "]` where yours is meant"},
              at);
    }
    matchers_.insert(name);
  }

  // Faults of a folder's name are found at each file below it: the files are gathered under one problem.
  void problem(const Fault& fault, std::uint32_t file) {
    for (Problem& known : map_.problems) {
      if (known.code == fault.code && known.message == fault.message) {
        known.files.push_back(file);
        return;
      }
    }
    map_.problems.push_back({fault.code, fault.message, {file}, fault.help});
  }

  bool check_matchers(const Pattern& pattern, std::uint32_t file) {
    bool known = true;
    for (const Segment& segment : pattern.segments) {
      if (segment.matcher.empty() || matchers_.contains(segment.matcher)) continue;
      known = false;
      const std::vector<std::string_view> names(matchers_.begin(), matchers_.end());
      const std::string_view meant = nearest(segment.matcher, names);
      std::string list;
      for (const auto& matcher : kBuiltInMatchers) list += (list.empty() ? "" : ", ") + std::string(matcher.name);
      problem({"R006",
               "there is no matcher `" + segment.matcher + "`" +
                   (meant.empty() ? "" : ": did you mean `" + std::string(meant) + "`?"),
               meant.empty()
                   ? "use one of " + list + ", or write _matchers/" + segment.matcher + ".cpp"
                   : "write `" + with_matcher(segment, meant) + "`, or add _matchers/" + segment.matcher + ".cpp"},
              file);
    }
    return known;
  }

  static std::string with_matcher(Segment segment, std::string_view matcher) {
    segment.matcher = matcher;
    return to_string(segment);
  }

  std::uint32_t scope_of_folder(const Folder& folder) {
    const auto known = scopes_.find(folder);
    if (known != scopes_.end()) return known->second;
    Scope scope;
    if (!folder.empty()) scope = map_.scopes[scope_of_folder(Folder(folder_of(folder)))];
    if (const auto special = specials_.find(folder); special != specials_.end()) {
      if (special->second.middleware != kNone) scope.middleware.push_back(special->second.middleware);
      if (special->second.error != kNone) scope.error = special->second.error;
      if (special->second.not_found != kNone) scope.not_found = special->second.not_found;
    }
    std::uint32_t at = 0;
    while (at < map_.scopes.size() && !(map_.scopes[at] == scope)) ++at;
    if (at == map_.scopes.size()) map_.scopes.push_back(std::move(scope));
    scopes_.emplace(folder, at);
    return at;
  }

  void place(std::uint32_t at) {
    const SourceFile& source = files_[at];
    if (source.kind == Kind::Matcher) return;
    const Folder folder(folder_of(source.file));
    const std::uint32_t scope = scope_of_folder(folder);
    map_.scope_of[at] = scope;
    ParsedName parsed = source.kind == Kind::Route ? parse_route(source.file) : parse_folder(folder);
    for (const Fault& fault : parsed.faults) problem(fault, at);
    if (!parsed.faults.empty() || !check_matchers(parsed.pattern, at)) return;
    if (source.kind != Kind::Route) return;
    for (Pattern& pattern : expand(parsed.pattern)) map_.routes.push_back({at, std::move(pattern), scope});
  }

  // Several folders may share one literal path, as `users`, `(admin)/users`. The one with the fewest groups stands for
  // it; when that leaves several, what they have in common does.
  void choose_folders() {
    std::map<std::vector<std::string>, std::vector<Folder>> by_path;
    for (const auto& [folder, scope] : scopes_) {
      const ParsedName parsed = parse_folder(folder);
      std::vector<std::string> path;
      for (const Segment& segment : parsed.pattern.segments) {
        if (!segment.has_parameter()) path.push_back(segment.text);
      }
      if (parsed.faults.empty() && path.size() == parsed.pattern.segments.size()) by_path[path].push_back(folder);
    }
    for (auto& [path, folders] : by_path) {
      const Folder folder = common_place(folders);
      map_.folders.push_back({path, folder, scope_of_folder(folder)});
    }
  }

  static Folder common_place(const std::vector<Folder>& folders) {
    const auto groups = [](const Folder& folder) { return std::ranges::count(folder, '('); };
    const auto fewest = std::ranges::min(folders, {}, groups);
    Folder common;
    bool first = true;
    for (const Folder& folder : folders) {
      if (groups(folder) != groups(fewest)) continue;
      if (std::exchange(first, false)) common = folder;
      const auto inside = [&] { return folder == common || common.empty() || folder.starts_with(common + "/"); };
      while (!inside()) common = folder_of(common);
    }
    return common;
  }

  void sort_problems() {
    const auto first_file = [&](const Problem& problem) -> std::string_view {
      return problem.files.empty() ? std::string_view{} : std::string_view(files_[problem.files.front()].file);
    };
    std::ranges::sort(map_.problems, [&](const Problem& a, const Problem& b) {
      return std::tuple(std::string_view(a.code), first_file(a), std::string_view(a.message)) <
             std::tuple(std::string_view(b.code), first_file(b), std::string_view(b.message));
    });
  }

  std::span<const SourceFile> files_;
  std::vector<std::uint32_t> order_;
  std::map<Folder, Special> specials_;
  std::map<Folder, std::uint32_t> scopes_;
  std::set<std::string, std::less<>> matchers_;
  RouteMap map_;
};

}  // namespace

RouteMap build(std::span<const SourceFile> files) {
  return Builder(files).build();
}

std::vector<Segment> parameters_of(const SourceFile& file) {
  std::vector<Segment> parameters;
  if (file.kind == Kind::Matcher) return parameters;
  const ParsedName parsed = file.kind == Kind::Route ? parse_route(file.file) : parse_folder(folder_of(file.file));
  for (const Segment& segment : parsed.pattern.segments) {
    if (segment.has_parameter()) parameters.push_back(segment);
  }
  return parameters;
}

}  // namespace folio::routing
