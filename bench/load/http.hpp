// HTTP/1.1 as a client sees it: requests, and answers that are compared with the one expected.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "options.hpp"
#include "transport.hpp"

namespace load {

std::string get_request(const Options& options, std::string_view path);
std::string post_request(const Options& options, std::string_view path);

// What the servers of the benchmark are known to answer at a path; nothing for others.
std::optional<std::string> known_body(const Options& options, std::string_view path);

// The answer that all must be like. Its head is learnt from the first one.
struct Expected {
  std::string head;
  std::size_t date = 0;  // where the value of Date begins; npos: there is none
  std::string body;

  // Sets the head after a look at what it says; ends the program when it is not 200 with the body's length.
  void learn(std::string_view new_head);
  [[nodiscard]] bool is_head(std::string_view bytes) const;
};

// Sends the request once, over a connection that blocks, and learns from the answer.
Expected learn_answer(const Options& options, Transport& transport, std::string_view request, std::string_view path);

// Compares answers as they arrive.
class AnswerReader {
 public:
  explicit AnswerReader(Expected& expected) : expected_(&expected) {}
  std::size_t take(std::string_view input);
  // Nothing of an answer has come yet.
  [[nodiscard]] bool is_between() const { return in_head_ && partial_.empty(); }

 private:
  std::string_view take_head(std::string_view input);

  Expected* expected_;
  std::string partial_;  // of a head that came in pieces
  std::size_t position_ = 0;
  bool in_head_ = true;
};

}  // namespace load
