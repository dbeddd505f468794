// The answers, made in advance; once a second the Date in them is overwritten. Static files are kept open and in
// memory: small ones are sent with their heads, large ones by sendfile.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "reply.hpp"

namespace limits {

class Site {
 public:
  explicit Site(const std::string& folder);

  // Once a second, or more often.
  void refresh(std::time_t now) {
    if (now != now_) write_dates(now);
  }
  // For the request line that `head` begins with; a WebSocket is not among them.
  void answer(std::string_view head, Reply& reply) const;
  void answer_text(std::string_view text, Reply& reply) const;

 private:
  void write_dates(std::time_t now);

  std::time_t now_ = 0;
  std::string hello_, json_, text_head_, missing_;
  struct File {
    std::string path, head, bytes;
    int fd;
  } files_[2];
};

}  // namespace limits
