// What a router is made of. Seen by router.cpp, which walks it, and router_builder.cpp, which lays it out.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/router.hpp"

namespace folio::routing {

// An edge leads from a node to the next by one segment.
struct Router::Edge {
  std::string_view text;    // a literal, or what stands before the parameter
  std::string_view suffix;  // what stands behind it
  MatcherFunction matcher = nullptr;
  std::uint32_t hash = 0;  // of a literal
  std::uint32_t node = kNone;
};

struct Router::Node {
  std::uint32_t literals = 0, literal_count = 0;  // in Parts::edges
  std::uint32_t table = 0, table_mask = 0;        // in Parts::tables when there are many literals; mask 0 when not
  std::uint32_t others = 0, other_count = 0;      // mixed and matched, most specific first
  std::uint32_t parameter = kNone;                // node
  std::uint32_t end = kNone;                      // answers
  std::uint32_t catch_all = kNone;
  std::uint32_t optional_catch_all = kNone;
  std::uint32_t scope = kNone;  // of the folder that lies here by literals alone
  bool only_literals = true;    // nothing to come back for once a literal has matched
};

// What stands at the end of a pattern.
struct Router::Answer {
  std::uint32_t file = kNone;
  std::uint32_t scope = 0;
  std::uint32_t names = 0;  // in Parts::names
  std::uint32_t name_count = 0;
};

struct Router::Parts {
  struct StaticPath {
    std::string_view path;
    std::uint32_t answer = kNone;
    std::uint32_t hash = 0;
  };

  std::vector<StaticPath> static_paths;  // open addressing, at most half full; empty slots have no answer
  std::vector<Node> nodes;               // nodes[0] is the root
  std::vector<Edge> edges;
  std::vector<std::uint32_t> tables;  // edges by hash, open addressing
  std::vector<Answer> answers;
  std::vector<std::string_view> names;
  std::vector<Scope> scopes;
  std::deque<std::string> texts;  // what the views above look at
};

// Up to this many literals below one node are compared one by one; more are looked up by their hash.
inline constexpr std::size_t kFewLiterals = 4;

}  // namespace folio::routing
