// Responses, read by a client that forgives nothing: what RFC 9110 and RFC 9112 ask of every one of them is asked here.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "conformance/wire.hpp"

namespace folio::conformance {

struct Answer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;
  std::string fault;  // what is wrong with it, in words; empty: nothing

  // How many lines of the field there are, and the value of the first.
  [[nodiscard]] std::size_t count(const std::string& name) const;
  [[nodiscard]] std::string field(const std::string& name) const;
  // Whether the server says that it will end the connection.
  [[nodiscard]] bool says_close() const;
};

// The next one; `to_head` when it answers a HEAD.
[[nodiscard]] Answer receive_answer(Wire& wire, bool to_head);

}  // namespace folio::conformance
