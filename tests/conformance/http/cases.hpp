// Conversations as text files: README.md has their language.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace folio::conformance {

enum class ServerKind {
  Usual,      // limits and deadlines as they are by default
  Impatient,  // deadlines of a second
};

struct Step {
  enum class Kind { Send, Receive, HalfClose, Closed };
  Kind kind = Kind::Send;
  std::string bytes = {};  // sent
  int status = 0;
  bool to_head = false;
  std::vector<std::pair<std::string, std::string>> fields = {};  // names in lower case
  std::vector<std::string> absent = {};
  std::optional<std::string> body = {};
  std::vector<std::string> in_body = {};
};

struct Case {
  std::string topic;   // the file's name
  std::string id;      // letters, digits and underscores
  std::string source;  // "RFC 9112 §3.2", "CVE-2023-30589"
  std::string what;
  std::string where;  // file and line
  ServerKind server = ServerKind::Usual;
  std::vector<Step> steps = {};
  std::optional<int> dispatched = {};
};

// All cases of all files in cases/. A fault in a file ends the program with its place.
[[nodiscard]] std::vector<Case> read_cases();

}  // namespace folio::conformance
