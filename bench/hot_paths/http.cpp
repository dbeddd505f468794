// Hot paths of HTTP and JSON, without a socket.
#include <folio/json.hpp>
#include <folio/reflect.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/buffer.hpp"
#include "count.hpp"
#include "http/request_parser.hpp"
#include "http/response_writer.hpp"
#include "requests.hpp"

namespace bench {

namespace {

using folio::http::RequestParser;

void count_head(const char* name, std::string_view request) {
  RequestParser parser{folio::http::Limits{}};
  hot_operation(name, 2000, [&] {
    keep(request);
    expect(parser.parse_head(request) == RequestParser::State::HeadComplete, name, "is refused");
    parser.reset();
  });
}

void count_body() {
  const char* name = "request: chunked body, 16 x 1 KiB";
  const std::string request = chunked_upload(16, 1024);
  RequestParser parser{folio::http::Limits{}};
  hot_operation(name, 200, [&] {
    std::size_t got = 0;
    const auto sink = [&got](std::string_view bytes) { got += bytes.size(); };
    expect(parser.parse_head(request) == RequestParser::State::HeadComplete, name, "is refused");
    parser.parse_body(std::string_view(request).substr(parser.head_size()), sink);
    expect(got == 16 * 1024, name, "loses bytes");
    parser.reset();
  });
}

void count_field() {
  const char* name = "request: a field that is not there";
  RequestParser parser{folio::http::Limits{}};
  expect(parser.parse_head(browser) == RequestParser::State::HeadComplete, name, "is refused");
  std::string_view field = "If-None-Match";
  hot_operation(name, 2000, [&] {
    keep(field);
    expect(parser.head().find(browser, field) == nullptr, name, "is found");
  });
}

void count_response() {
  folio::http::ResponseHead head;
  head.content_length = 13;
  head.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  head.content_type = "text/plain; charset=utf-8";
  folio::base::Buffer out;
  hot_operation("response: head", 2000, [&] {
    keep(head);
    expect(folio::http::write_response_head(out, head).keep_alive, "response: head", "ends the connection");
    out.clear();
  });
}

struct User {
  std::uint64_t id;
  std::string name;
  bool active;
  double score;
};

void count_json() {
  const std::string_view text = R"({"id":123456789,"name":"Ada Lovelace","active":true,"score":98.6})";
  User user{};
  folio::JsonError error;
  hot_operation("JSON: read an object of 4 members", 1000, [&] {
    expect(folio::read_json(text, user, error), "JSON: read", "is refused");
    keep(user);
  });
  std::string out;
  hot_operation("JSON: write an object of 4 members", 1000, [&] {
    out.clear();
    folio::append_json(out, user);
    keep(out);
  });
  expect(out == text, "JSON: write", "writes something else");
}

}  // namespace

void count_http() {
  count_head("request: head of 4 fields", four_fields);
  count_head("request: head of a browser", browser);
  count_body();
  count_field();
  count_response();
  count_json();
}

}  // namespace bench
