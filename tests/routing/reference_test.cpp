// The router against a slow matcher that is written here from the rules alone: it knows the routes as data, never reads
// a file name, tries every pattern and ranks those that match. Random sites, random paths; the seeds are fixed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "routing/explain.hpp"
#include "routing/route_map.hpp"
#include "routing/router.hpp"

namespace folio::routing {
namespace {

using Random = std::mt19937;

std::size_t pick(Random& random, std::size_t count) {
  return random() % count;
}
template <class T>
const T& pick(Random& random, const std::vector<T>& from) {
  return from[random() % from.size()];
}

struct Piece {
  enum Kind { Literal, Mixed, Parameter, Optional, CatchAll, OptionalCatchAll, Group } kind = Literal;
  std::string text, suffix, name, matcher;
};

struct Site {
  std::vector<SourceFile> files;
  std::vector<std::vector<Piece>> pieces;  // of each file
};

std::string spell(const Piece& piece) {
  const std::string inner = piece.name + (piece.matcher.empty() ? "" : "=" + piece.matcher);
  switch (piece.kind) {
    case Piece::Literal:
      return piece.text;
    case Piece::Group:
      return "(" + piece.text + ")";
    case Piece::Optional:
      return "[[" + inner + "]]";
    case Piece::CatchAll:
      return "[..." + inner + "]";
    case Piece::OptionalCatchAll:
      return "[[..." + inner + "]]";
    default:
      return piece.text + "[" + inner + "]" + piece.suffix;
  }
}

Piece random_piece(Random& random, std::size_t index, bool last) {
  const std::vector<std::string> literals{"a", "b", "users", "7", "ab", "xay", "é"};
  const std::vector<std::string> matchers{"", "", "int", "uint", "hex", "slug"};
  Piece piece;
  piece.name = "p" + std::to_string(index);
  const std::size_t dice = pick(random, 100);
  if (dice < 40) {
    piece.kind = Piece::Literal;
    piece.text = pick(random, literals);
  } else if (dice < 55) {
    piece.kind = Piece::Mixed;
    piece.text = pick(random, std::vector<std::string>{"", "a", "x", "xa"});
    piece.suffix = pick(random, std::vector<std::string>{"", "y", "ay"});
    if (piece.text.empty() && piece.suffix.empty()) piece.text = "x";
    piece.matcher = pick(random, matchers);
  } else if (dice < 80) {
    piece.kind = Piece::Parameter;
    piece.matcher = pick(random, matchers);
  } else if (dice < 86) {
    piece.kind = Piece::Optional;
    piece.matcher = pick(random, matchers);
  } else if (dice < 91) {
    piece.kind = Piece::Group;
    piece.text = pick(random, std::vector<std::string>{"g", "h"});
  } else {
    piece.kind = !last ? Piece::Parameter : dice < 96 ? Piece::CatchAll : Piece::OptionalCatchAll;
  }
  return piece;
}

Site random_site(Random& random) {
  Site site;
  std::set<std::string> names;
  const std::size_t count = 1 + pick(random, 25);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t depth = pick(random, 4);
    std::vector<Piece> pieces;
    std::string name;
    for (std::size_t at = 0; at < depth; ++at) {
      pieces.push_back(random_piece(random, at, at + 1 == depth));
      name += spell(pieces.back()) + "/";
    }
    const std::vector<std::pair<std::string, Kind>> ends{
        {"_middleware.cpp", Kind::Middleware}, {"_404.cpp", Kind::NotFound}, {"_error.cpp", Kind::Error}};
    SourceFile file{name + "index.cpp", Kind::Route};
    if (pick(random, 4) == 0) {
      const auto& [end, kind] = pick(random, ends);
      file = {name + end, kind};
    }
    if (!names.insert(file.file).second) continue;
    site.files.push_back(file);
    site.pieces.push_back(pieces);
  }
  return site;
}

// Takes out what the map complains of, until it complains no more.
RouteMap mend(Site& site) {
  for (;;) {
    RouteMap map = build(site.files);
    if (map.problems.empty()) return map;
    const std::uint32_t out = map.problems.front().files.front();
    site.files.erase(site.files.begin() + out);
    site.pieces.erase(site.pieces.begin() + out);
  }
}

// --- the reference ---

struct Answer {
  std::string status;  // "match", "redirect", "miss", "bad"
  std::string file;
  std::map<std::string, std::string> captures;
  bool operator==(const Answer&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  out << answer.status << " " << answer.file;
  for (const auto& [name, value] : answer.captures) out << " " << name << "=" << value;
  return out;
}

bool passes(const std::string& matcher, const std::string& value) {
  const auto all = [&](const std::string& allowed) { return value.find_first_not_of(allowed) == std::string::npos; };
  if (matcher == "uint") return all("0123456789");
  if (matcher == "int") {
    return value != "-" &&
           (value[0] == '-' ? value.substr(1) : value).find_first_not_of("0123456789") == std::string::npos;
  }
  if (matcher == "hex") return all("0123456789abcdefABCDEF");
  if (matcher == "slug") {
    return all("abcdefghijklmnopqrstuvwxyz0123456789-") && value.front() != '-' && value.back() != '-' &&
           value.find("--") == std::string::npos;
  }
  return true;
}

std::optional<std::string> decode(const std::string& text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    const std::string digits = text.substr(at + 1, 2);
    if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return {};
    decoded += static_cast<char>(std::stoi(digits, nullptr, 16));
    at += 2;
  }
  if (decoded.find('\0') != std::string::npos) return {};
  return decoded;
}

using Rank = std::vector<int>;

struct Found {
  std::vector<Rank> ranks;
  std::map<std::string, std::string> captures;
};

// Every way in which the pieces from `piece` on match the segments from `segment` on.
void try_all(const std::vector<Piece>& pieces, std::size_t piece, const std::vector<std::string>& segments,
             std::size_t segment, const Found& so_far, std::vector<Found>& found) {
  if (piece == pieces.size()) {
    if (segment != segments.size()) return;
    found.push_back(so_far);
    found.back().ranks.push_back({-1});  // the end of the path comes before whatever else
    return;
  }
  const Piece& one = pieces[piece];
  if (one.kind == Piece::Group || one.kind == Piece::Optional) {
    try_all(pieces, piece + 1, segments, segment, so_far, found);
    if (one.kind == Piece::Group) return;
  }
  Found next = so_far;
  if (one.kind == Piece::CatchAll || one.kind == Piece::OptionalCatchAll) {
    std::string value;
    for (std::size_t at = segment; at < segments.size(); ++at) {
      if (segments[at].empty() || segments[at] == "." || segments[at] == "..") return;
      value += (at == segment ? "" : "/") + segments[at];
    }
    if (segment == segments.size() && one.kind == Piece::CatchAll) return;
    next.captures[one.name] = value;
    next.ranks.push_back({one.kind == Piece::CatchAll ? 4 : 5});
    found.push_back(next);
    return;
  }
  if (segment == segments.size()) return;
  const std::string& text = segments[segment];
  if (text.empty()) return;
  if (one.kind == Piece::Literal) {
    if (text != one.text) return;
    next.ranks.push_back({0});
  } else {
    if (text == "." || text == "..") return;
    const std::size_t around = one.text.size() + one.suffix.size();
    if (text.size() <= around || text.substr(0, one.text.size()) != one.text) return;
    if (text.substr(text.size() - one.suffix.size()) != one.suffix) return;
    const std::string value = text.substr(one.text.size(), text.size() - around);
    if (!passes(one.matcher, value)) return;
    next.captures[one.name] = value;
    const int plain = one.matcher.empty() ? 1 : 0;
    if (one.kind == Piece::Mixed) {
      next.ranks.push_back({1, -static_cast<int>(one.text.size()), -static_cast<int>(one.suffix.size()), plain});
    } else {
      next.ranks.push_back({2 + plain});
    }
  }
  try_all(pieces, piece + 1, segments, segment + 1, next, found);
}

std::optional<std::vector<std::string>> split(const std::string& path) {
  std::vector<std::string> segments;
  std::string rest = path.substr(1);
  for (;;) {
    const std::size_t slash = rest.find('/');
    const auto decoded = decode(rest.substr(0, slash));
    if (!decoded) return std::nullopt;
    segments.push_back(*decoded);
    if (slash == std::string::npos) return segments;
    rest = rest.substr(slash + 1);
  }
}

Answer reference(const Site& site, const std::string& path) {
  auto segments = split(path);
  if (!segments) return {"bad", "", {}};
  const bool slash = segments->size() > 1 && segments->back().empty();
  if (slash) segments->pop_back();
  if (segments->size() == 1 && segments->front().empty()) segments->clear();
  std::optional<Found> best;
  std::size_t file = 0;
  for (std::size_t at = 0; at < site.files.size(); ++at) {
    if (site.files[at].kind != Kind::Route) continue;
    std::vector<Found> found;
    try_all(site.pieces[at], 0, *segments, 0, {}, found);
    for (const Found& one : found) {
      if (best) EXPECT_NE(one.ranks, best->ranks) << site.files[at].file << " and " << site.files[file].file << " tie";
      if (best && best->ranks <= one.ranks) continue;
      best = one;
      file = at;
    }
  }
  if (!best) return {"miss", "", {}};
  return {slash ? "redirect" : "match", site.files[file].file, best->captures};
}

std::string folder_name(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? "" : file.substr(0, slash);
}

// The scope of a folder, as names: "outer inner | error | 404".
std::string reference_scope(const Site& site, const std::string& folder) {
  std::string middleware, error, not_found;
  std::string at;
  for (;;) {
    for (const SourceFile& file : site.files) {
      if (folder_name(file.file) != at) continue;
      if (file.kind == Kind::Middleware) middleware += file.file + " ";
      if (file.kind == Kind::Error) error = file.file;
      if (file.kind == Kind::NotFound) not_found = file.file;
    }
    if (at == folder) break;
    at = folder.substr(0, folder.find('/', at.empty() ? 0 : at.size() + 1));
  }
  return middleware + "| " + error + " | " + not_found;
}

// The folder that a miss belongs to; nothing when the rules leave several.
std::optional<std::string> reference_folder(const Site& site, const std::vector<std::string>& segments) {
  std::map<std::string, std::pair<int, int>> lengths{{"", {0, 0}}};  // literal segments, groups
  for (const auto& pieces : site.pieces) {
    std::string folder;
    std::pair<int, int> length{0, 0};
    std::size_t segment = 0;
    for (const Piece& piece : pieces) {
      folder += (folder.empty() ? "" : "/") + spell(piece);
      if (piece.kind == Piece::Group) {
        ++length.second;
      } else if (piece.kind == Piece::Literal && segment < segments.size() && segments[segment] == piece.text) {
        ++length.first;
        ++segment;
      } else {
        break;
      }
      lengths[folder] = length;
    }
  }
  std::vector<std::string> best;
  std::pair<int, int> order{-1, 0};
  for (const auto& [folder, length] : lengths) {
    const std::pair<int, int> own{length.first, -length.second};
    if (own < order) continue;
    if (own > order) best.clear();
    order = own;
    best.push_back(folder);
  }
  if (best.size() == 1) return best.front();
  return std::nullopt;
}

std::string random_path(Random& random) {
  const std::vector<std::string> segments{"a",   "b",     "users", "7", "ab",    "xay",     "é",    "%C3%A9",
                                          "x7y", "xa7ay", "-5",    "0", "ff",    "%61",     "%37",  "x",
                                          "xa",  "ay",    "a-b",   "A", "a%2Fb", "us%65rs", "x%79", "zz"};
  const std::vector<std::string> odd{"", ".", "..", "%2e", "%", "%4", "%zz", "%00", "a%", "%25", "..."};
  std::string path;
  const std::size_t depth = pick(random, 5);
  for (std::size_t at = 0; at < depth; ++at) {
    path += "/" + (pick(random, 20) == 0 ? pick(random, odd) : pick(random, segments));
  }
  if (path.empty() || pick(random, 8) == 0) path += "/";
  return path;
}

Answer answer_of(const Site& site, const Router& router, const std::string& path, MatchResult& result) {
  const char* const names[] = {"match", "redirect", "miss", "bad"};
  router.match(path, result);
  Answer answer{names[static_cast<std::size_t>(result.status)], "", {}};
  if (result.file != kNone) answer.file = site.files[result.file].file;
  for (const Capture& one : result.captures()) answer.captures[std::string(one.name)] = one.value;
  return answer;
}

Answer explained(const Site& site, const RouteMap& map, const std::string& path) {
  const char* const names[] = {"match", "redirect", "miss", "bad"};
  const Explanation explanation = explain(map, path);
  Answer answer{names[static_cast<std::size_t>(explanation.status)], "", {}};
  if (explanation.route != SIZE_MAX) answer.file = site.files[map.routes[explanation.route].file].file;
  for (const auto& [name, value] : explanation.captures) answer.captures[name] = value;
  return answer;
}

std::string scope_names(const Site& site, const Scope& scope) {
  std::string text;
  for (const std::uint32_t at : scope.middleware) text += site.files[at].file + " ";
  text += "| " + (scope.error == kNone ? "" : site.files[scope.error].file);
  return text + " | " + (scope.not_found == kNone ? "" : site.files[scope.not_found].file);
}

std::string describe(const Site& site) {
  std::string text = "site:";
  for (const SourceFile& file : site.files) text += "\n  " + file.file;
  return text;
}

class RandomSites : public testing::TestWithParam<unsigned> {};

TEST_P(RandomSites, AreRoutedAsTheReferenceSays) {
  Random random(GetParam());
  std::map<std::string, int> seen;
  MatchResult result;
  for (int round = 0; round < 150; ++round) {
    Site site = random_site(random);
    const RouteMap map = mend(site);
    const Router router(map);
    for (int i = 0; i < 60; ++i) {
      const std::string path = random_path(random);
      const Answer expected = reference(site, path);
      ++seen[expected.status];
      ASSERT_EQ(answer_of(site, router, path, result), expected) << path << "\n" << describe(site);
      ASSERT_EQ(explained(site, map, path), expected) << path << "\n" << describe(site);
      std::optional<std::string> folder;
      if (result.file != kNone) {
        folder = folder_name(site.files[result.file].file);
      } else if (result.status == MatchStatus::Miss) {
        folder = reference_folder(site, *split(path));
      }
      if (folder) {
        ASSERT_EQ(scope_names(site, *result.scope), reference_scope(site, *folder)) << path << "\n" << describe(site);
      }
    }
  }
  EXPECT_GT(seen["match"], 500);
  EXPECT_GT(seen["redirect"], 50);
  EXPECT_GT(seen["miss"], 500);
  EXPECT_GT(seen["bad"], 50);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSites, testing::Range(1U, 9U));

// The file's order plays no part.
TEST(RandomSites, DoNotDependOnTheOrderOfFiles) {
  Random random(77);
  MatchResult result;
  for (int round = 0; round < 40; ++round) {
    Site site = random_site(random);
    const Router router(mend(site));
    Site shuffled = site;
    std::vector<std::size_t> order(site.files.size());
    for (std::size_t at = 0; at < order.size(); ++at) order[at] = at;
    std::ranges::shuffle(order, random);
    for (std::size_t at = 0; at < order.size(); ++at) shuffled.files[at] = site.files[order[at]];
    const RouteMap other = build(shuffled.files);
    ASSERT_TRUE(other.problems.empty());
    const Router shuffled_router(other);
    for (int i = 0; i < 40; ++i) {
      const std::string path = random_path(random);
      const Answer expected = answer_of(site, router, path, result);
      ASSERT_EQ(answer_of(shuffled, shuffled_router, path, result), expected) << path << "\n" << describe(site);
    }
  }
}

}  // namespace
}  // namespace folio::routing
