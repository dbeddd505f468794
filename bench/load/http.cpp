#include "http.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "fail.hpp"

namespace load {
namespace {

constexpr std::size_t date_length = 29;  // of an IMF-fixdate

std::string request_head(const Options& options, std::string_view method, std::string_view path) {
  constexpr std::string_view fields[] = {"Host: localhost\r\n", "User-Agent: load\r\n", "Accept: */*\r\n"};
  std::string head = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\n";
  for (std::size_t i = 0; i < std::max<std::size_t>(options.headers, 1); ++i) {
    if (i < 3) {
      head += fields[i];
    } else {
      head += "X-Field-" + std::to_string(i) + ": the value of field " + std::to_string(i) + "\r\n";
    }
  }
  return head;
}

bool same_letters(char a, char b) {
  return (a | 0x20) == (b | 0x20);
}

// The value of a field; nothing if there is none.
std::optional<std::string_view> field(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos && at + 2 < head.size();
       at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!std::equal(name.begin(), name.end(), line.begin(), same_letters)) continue;
    auto value = line.substr(name.size() + 1, line.find("\r\n") - name.size() - 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
  }
  return {};
}

std::string file_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

}  // namespace

std::string get_request(const Options& options, std::string_view path) {
  return request_head(options, "GET", path) + "\r\n";
}

std::string post_request(const Options& options, std::string_view path) {
  return request_head(options, "POST", path) +
         "Content-Type: application/octet-stream\r\nContent-Length: " + std::to_string(options.size) + "\r\n\r\n" +
         std::string(options.size, 'p');
}

std::optional<std::string> known_body(const Options& options, std::string_view path) {
  if (options.name == "post") return std::to_string(options.size);
  if (path == "/" || (path.starts_with("/r/") && path.ends_with("/lookup"))) return "Hello, World!";
  if (path == "/json") return R"({"message":"Hello, World!"})";
  if (path == "/static/4k.bin") return file_bytes(4096);
  if (path == "/static/1m.bin") return file_bytes(1 << 20);
  if (path.starts_with("/users/")) return std::string(path.substr(7));
  return {};
}

void Expected::learn(std::string_view new_head) {
  if (!new_head.starts_with("HTTP/1.1 200")) fail("the answer is not 200: " + shown(new_head));
  const auto length = field(new_head, "Content-Length");
  if (!length) fail("the answer has no Content-Length: " + shown(new_head));
  std::size_t bytes = 0;
  std::from_chars(length->data(), length->data() + length->size(), bytes);
  if (bytes != body.size()) {
    fail("Content-Length is " + std::string(*length) + ", not " + std::to_string(body.size()) + ": " + shown(new_head));
  }
  head = new_head;
  const auto value = field(head, "Date");
  date =
      value && value->size() == date_length ? static_cast<std::size_t>(value->data() - head.data()) : std::string::npos;
}

bool Expected::is_head(std::string_view bytes) const {
  if (bytes.size() < head.size() || head.empty()) return false;
  if (date == std::string::npos) return std::memcmp(bytes.data(), head.data(), head.size()) == 0;
  const std::size_t behind = date + date_length;
  return std::memcmp(bytes.data(), head.data(), date) == 0 &&
         std::memcmp(bytes.data() + behind, head.data() + behind, head.size() - behind) == 0;
}

Expected learn_answer(const Options& options, Transport& transport, std::string_view request, std::string_view path) {
  Expected expected;
  transport.write_all(request);
  std::string body;
  const std::string head = transport.read_head(body);
  const auto known = known_body(options, path);
  std::size_t length = 0;
  if (known) {
    length = known->size();
  } else if (const auto text = field(head, "Content-Length")) {
    std::from_chars(text->data(), text->data() + text->size(), length);
  }
  expected.body.resize(length);
  expected.learn(head);
  char chunk[16 * 1024];
  while (body.size() < length) {
    const long got = transport.read(chunk, sizeof(chunk));
    if (got <= 0) fail("the body was cut short");
    body.append(chunk, static_cast<std::size_t>(got));
  }
  if (body.size() != length || (known && body != *known)) fail("a wrong body: " + shown(body));
  expected.body = std::move(body);
  return expected;
}

std::string_view AnswerReader::take_head(std::string_view input) {
  if (partial_.empty() && expected_->is_head(input)) {
    in_head_ = false;
    return input.substr(expected_->head.size());
  }
  const std::size_t before = partial_.size();
  partial_ += input;
  const auto end = partial_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (partial_.size() > 64 * 1024) fail("an answer's head has no end: " + shown(partial_));
    return {};
  }
  const std::string_view head(partial_.data(), end + 4);
  // A head may change, as long as it says the same.
  if (!expected_->is_head(head)) expected_->learn(head);
  const std::size_t used = end + 4 - before;
  partial_.clear();
  in_head_ = false;
  return input.substr(used);
}

std::size_t AnswerReader::take(std::string_view input) {
  std::size_t done = 0;
  while (!input.empty()) {
    if (in_head_) {
      input = take_head(input);
      if (in_head_) break;
    }
    const std::size_t wanted = expected_->body.size() - position_;
    const std::size_t size = std::min(wanted, input.size());
    if (std::memcmp(input.data(), expected_->body.data() + position_, size) != 0) {
      fail("a wrong body, after " + std::to_string(position_) + " bytes: " + shown(input.substr(0, size)));
    }
    input.remove_prefix(size);
    position_ += size;
    if (size == wanted) {
      position_ = 0;
      in_head_ = true;
      ++done;
    }
  }
  return done;
}

}  // namespace load
