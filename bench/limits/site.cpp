#include "site.hpp"

#include <fcntl.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "options.hpp"

namespace limits {
namespace {

constexpr std::size_t date_length = 29;
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nDate: ";

std::string make_head(std::string_view type, std::size_t length) {
  return std::string(ok) + std::string(date_length, ' ') + "\r\nContent-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

std::string make_answer(std::string_view type, std::string_view body) {
  return make_head(type, body.size()) + std::string(body);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Site::Site(const std::string& folder)
    : hello_(make_answer("text/plain; charset=utf-8", "Hello, World!")),
      json_(make_answer("application/json", R"({"message":"Hello, World!"})")),
      missing_("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") {
  text_head_ = std::string(ok) + std::string(date_length, ' ') +
               "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ";
  const char* names[] = {"4k.bin", "1m.bin"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    files_[i].path = std::string("GET /static/") + names[i] + " ";
    files_[i].bytes = read_file(folder + "/" + names[i]);
    files_[i].fd = ::open((folder + "/" + names[i]).c_str(), O_RDONLY | O_CLOEXEC);
    files_[i].head = make_head("application/octet-stream", files_[i].bytes.size());
  }
}

void Site::write_dates(std::time_t now) {
  now_ = now;
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char date[40];
  std::strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  for (std::string* text : {&hello_, &json_, &text_head_, &files_[0].head, &files_[1].head}) {
    std::memcpy(text->data() + ok.size(), date, date_length);
  }
}

void Site::answer(std::string_view head, Reply& reply) const {
  if (head.starts_with("GET / ")) {
    reply.add(hello_);
  } else if (head.starts_with("GET /json ")) {
    reply.add(json_);
  } else if (head.starts_with("GET /users/")) {
    head.remove_prefix(11);
    answer_text(head.substr(0, head.find(' ')), reply);
  } else {
    for (const auto& file : files_) {
      if (!head.starts_with(file.path)) continue;
      reply.add(file.head);
      if (file.bytes.size() < large) {
        reply.add(file.bytes);
      } else {
        reply.end_with_file({file.fd, file.bytes, 0});
      }
      return;
    }
    reply.add(missing_);
  }
}

void Site::answer_text(std::string_view text, Reply& reply) const {
  reply.add(text_head_);
  reply.add(std::to_string(text.size()));
  reply.add("\r\n\r\n");
  reply.add(text);
}

}  // namespace limits
