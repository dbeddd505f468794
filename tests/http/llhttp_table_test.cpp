// What llhttp 8.1 does with each of these inputs was measured; what the parser must do with it is the status beside it.
// RFC 9112, RFC 9110.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "connection_harness.hpp"

namespace folio::http::testing {
namespace {

using namespace std::string_literals;

struct Row {
  std::string name;
  std::string input;
  int status;  // 0: accepted
  int messages = 1;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
std::string get_1_0(const std::string& fields) {
  return "GET / HTTP/1.0\r\nHost: a\r\n" + fields + "\r\n";
}
std::string line(const std::string& request_line) {
  return request_line + "\r\nHost: a\r\n\r\n";
}
std::string target(const std::string& text) {
  return line("GET " + text + " HTTP/1.1");
}
std::string host(const std::string& text) {
  return "GET / HTTP/1.1\r\nHost: " + text + "\r\n\r\n";
}
std::string with_length(const std::string& value) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:" + value + "\r\n\r\nhello";
}
std::string coded(const std::string& fields, const std::string& version = "1.1") {
  return "POST / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n5\r\nhello\r\n0\r\n\r\n";
}
std::string chunks(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

class LlhttpTable : public ::testing::TestWithParam<Row> {};

TEST_P(LlhttpTable, HasTheExpectedStatusHoweverSplit) {
  const Row& row = GetParam();
  const Outcome outcome = whole(row.input);
  EXPECT_EQ(outcome.status, row.status) << outcome.reason;
  if (row.status == 0) {
    ASSERT_EQ(outcome.messages.size(), static_cast<std::size_t>(row.messages));
    for (const Message& message : outcome.messages) EXPECT_TRUE(message.complete);
    EXPECT_TRUE(outcome.at_boundary);
  } else {
    EXPECT_FALSE(outcome.at_boundary);
    EXPECT_FALSE(outcome.reason.empty());
    for (const Message& message : outcome.messages) {
      // A head is only reported once its framing is known to be good; a body may still fail.
      EXPECT_TRUE(message.complete || message.framing != Framing::None);
    }
  }
  EXPECT_EQ(in_runs(row.input, 1), outcome) << "byte by byte";
  for (std::size_t at = 1; at < row.input.size() && row.input.size() <= 400; ++at) {
    ASSERT_EQ(split_at(row.input, at), outcome) << "split at " << at;
  }
}

std::string name_of(const ::testing::TestParamInfo<Row>& info) {
  std::string name = std::to_string(info.index) + "_";
  for (char c : info.param.name) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

std::vector<Row> line_ends() {
  return {
      {"lone CR in a value", get("X: a\rb\r\n"), 400},
      {"CR after colon", get("X:\rY: b\r\n"), 400},
      {"CR after OWS", get("X: \rY: b\r\n"), 400},
      {"CR smuggles a transfer coding", get("X-Abc:\rxTransfer-Encoding: chunked\r\n"), 400},
      {"lone CR in a name", get("X\rY: b\r\n"), 400},
      {"lone CR in the method", "GE\rT / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"lone CR in the target", "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"lone CR after the version", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400},
      {"CR CR LF after the version", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400},
      {"CR X ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\rX", 400},
      {"CR CR LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n", 400},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"bare LF after a value", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"bare LF in the middle of the fields", get("X: a\nY: b\r\n"), 400},
      {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
      {"bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"LF CR", "GET / HTTP/1.1\r\nHost: a\n\r\n\r", 400},
  };
}

std::vector<Row> field_lines() {
  std::vector<Row> rows = {
      {"folded with SP", get("X: b\r\n c\r\n"), 400},
      {"folded with TAB", get("X: b\r\n\tc\r\n"), 400},
      {"Host folded", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400},
      {"Host swallows Content-Length", "POST / HTTP/1.1\r\nHost: a\r\n Content-Length: 5\r\n\r\nhello", 400},
      {"Content-Length on the next line", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 3\r\n\r\nabc", 400},
      {"Connection folded", get("Connection:\r\n close\r\n"), 400},
      {"Transfer-Encoding folded", coded("Transfer-Encoding:\r\n chunked\r\n"), 400},
      {"folded to white space only", get("X: b\r\n \r\n"), 400},
      {"SP before colon", get("Name : v\r\n"), 400},
      {"SP before the colon of Content-Length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", 400},
      {"SP before the colon of Transfer-Encoding", coded("Transfer-Encoding : chunked\r\n"), 400},
      {"TAB before colon", get("Name\t: v\r\n"), 400},
      {"no colon", get("Name\r\n"), 400},
      {"non-token byte in a name", get("Na(me: v\r\n"), 400},
      {"byte over 0x7F in a name", get("N\xc3\xa4me: v\r\n"), 400},
      {"NUL in a name", get("Na\0me: v\r\n"s), 400},
      {"empty name", get(": b\r\n"), 400},
      {"empty name first", "GET / HTTP/1.1\r\n: b\r\nHost: a\r\n\r\n", 400},
      {"SP before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"TAB before the first header", "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", 400},
      {"TAB in a value", get("X: a\tb\r\n"), 0},
      {"bytes over 0x7F in a value", get("X: \x80\xc3\xa4\xff\r\n"), 0},
      {"trailing OWS", get("X: a \t \r\n"), 0},
      {"leading OWS", get("X: \t a\r\n"), 0},
      {"empty value", get("X:\r\n"), 0},
      {"value of OWS", get("X: \t \r\n"), 0},
      {"empty value last and first", "GET / HTTP/1.1\r\nX:\r\nHost: a\r\nY:\r\n\r\n", 0},
  };
  for (int byte = 0; byte < 0x20; ++byte) {
    if (byte == '\t' || byte == '\n' || byte == '\r') continue;
    rows.push_back(
        {"control " + std::to_string(byte) + " in a value", get("X: a"s + static_cast<char>(byte) + "b\r\n"), 400});
  }
  rows.push_back({"DEL in a value", get("X: a\x7f\r\n"), 400});
  return rows;
}

std::vector<Row> before_the_line() {
  return {
      {"one CRLF", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"two CRLF", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"LF", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CR", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CRLF CR", "\r\n\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CRLF LF", "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CRLF between messages", line("GET / HTTP/1.1") + "\r\n" + line("GET / HTTP/1.1"), 0, 2},
      {"two CRLF between messages", line("GET / HTTP/1.1") + "\r\n\r\n" + line("GET / HTTP/1.1"), 400},
      {"SP", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"byte order mark", "\xef\xbb\xbfGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc"s, 400},
      {"response", "HTTP/1.1 200 OK\r\n\r\n", 400},
      {"NUL", "\0GET / HTTP/1.1\r\nHost: a\r\n\r\n"s, 400},
  };
}

std::vector<Row> request_lines() {
  return {
      {"FOO", line("FOO / HTTP/1.1"), 501},
      {"FETCH", line("FETCH / HTTP/1.1"), 501},
      {"GETT", line("GETT / HTTP/1.1"), 501},
      {"GE", line("GE / HTTP/1.1"), 501},
      {"get", line("get / HTTP/1.1"), 400},
      {"G@T", line("G@T / HTTP/1.1"), 400},
      {"no method", line(" / HTTP/1.1"), 400},
      {"no target", line("GET HTTP/1.1"), 400},
      {"unknown method without version", "FOO /\r\n\r\n", 400},
      {"unknown method with a faulty target", line("FOO /\x01 HTTP/1.1"), 400},
      {"method of 32 bytes", line(std::string(32, 'A') + " / HTTP/1.1"), 501},
      {"method of 33 bytes", line(std::string(33, 'A') + " / HTTP/1.1"), 400},
      {"RTSP method", line("DESCRIBE / HTTP/1.1"), 501},
      {"RTSP request", line("GET / RTSP/1.0"), 400},
      {"ICE request", line("SOURCE / ICE/1.0"), 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"PRI with 1.1", line("PRI * HTTP/1.1"), 400},
      {"PRI to a path", line("PRI / HTTP/1.1"), 400},
      {"PROPFIND", line("PROPFIND / HTTP/1.1"), 0},
      {"M-SEARCH", line("M-SEARCH / HTTP/1.1"), 0},
      {"HTTP/1.2", line("GET / HTTP/1.2"), 505},
      {"HTTP/3.0", line("GET / HTTP/3.0"), 505},
      {"HTTP/9.9", line("GET / HTTP/9.9"), 505},
      {"HTTP/2.0", line("GET / HTTP/2.0"), 505},
      {"HTTP/0.9", line("GET / HTTP/0.9"), 505},
      {"HTTP/1.10", line("GET / HTTP/1.10"), 400},
      {"HTTP/01.1", line("GET / HTTP/01.1"), 400},
      {"HTTP/ 1.1", line("GET / HTTP/ 1.1"), 400},
      {"HTTP/1.", line("GET / HTTP/1."), 400},
      {"HTTP/1", line("GET / HTTP/1"), 400},
      {"HTTP/1,1", line("GET / HTTP/1,1"), 400},
      {"http/1.1", line("GET / http/1.1"), 400},
      {"SP after the version", line("GET / HTTP/1.1 "), 400},
      {"no version", "GET /\r\n", 400},
      {"no version, with headers", "GET /\r\nHost: a\r\n\r\n", 400},
      {"no version, bare LF", "GET /\n", 400},
      {"two SP before the target", line("GET  / HTTP/1.1"), 400},
      {"two SP before the version", line("GET /  HTTP/1.1"), 400},
      {"TAB before the target", line("GET\t/ HTTP/1.1"), 400},
      {"TAB before the version", line("GET /\tHTTP/1.1"), 400},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501},
      {"CONNECT to a path", line("CONNECT / HTTP/1.1"), 501},
      {"CONNECT to a URL", line("CONNECT http://a/ HTTP/1.1"), 501},
  };
}

std::vector<Row> targets() {
  std::vector<Row> rows = {
      {"root", target("/"), 0},
      {"escapes", target("/a%20b?c=%7e"), 0},
      {"all of pchar", target("/-._~!$&'()*+,;=:@/a?/?"), 0},
      {"brackets in a query", target("/?a[]=1"), 0},
      {"escape of no digits", target("/%zz"), 400},
      {"escape of one digit", target("/%a"), 400},
      {"escape cut off", target("/a%"), 400},
      {"fragment", target("/a#b"), 400},
      {"SP inside", target("/a b"), 400},
      {"asterisk with GET", target("*"), 400},
      {"asterisk with OPTIONS", line("OPTIONS * HTTP/1.1"), 0},
      {"asterisk and more", line("OPTIONS *x HTTP/1.1"), 400},
      {"absolute", target("http://h/x"), 0},
      {"absolute without path", target("http://h"), 0},
      {"absolute with query only", target("http://h?x"), 0},
      {"absolute in capitals", target("HTTP://h:80/x"), 0},
      {"absolute https", target("https://h/x"), 0},
      {"absolute IPv6", target("http://[::1]:80/x"), 0},
      {"other scheme", target("ftp://h/x"), 400},
      {"userinfo", target("http://u@h/x"), 400},
      {"two at signs", target("http://u@v@h/x"), 400},
      {"empty authority", target("http:///x"), 400},
      {"port only", target("http://:80/x"), 400},
      {"port of letters", target("http://h:x/"), 400},
      {"one slash", target("http:/h/x"), 400},
      {"authority-form with GET", target("h:80"), 400},
      {"relative", target("a"), 400},
      {"query only", target("?x"), 400},
      {"backslash", target("\\a"), 400},
  };
  for (char byte : "\"<>\\^`{|}"s) rows.push_back({"byte "s + byte + " in the path", target("/a"s + byte), 400});
  for (char byte : "\"<>\\^`{|}#"s) rows.push_back({"byte "s + byte + " in the query", target("/?a"s + byte), 400});
  for (int byte : {0, 1, 9, 11, 12, 31, 127, 128, 0xc3, 255}) {
    rows.push_back({"byte " + std::to_string(byte), target("/a"s + static_cast<char>(byte)), 400});
  }
  return rows;
}

std::vector<Row> hosts() {
  return {
      {"none on 1.1", "GET / HTTP/1.1\r\n\r\n", 400},
      {"none on 1.0", "GET / HTTP/1.0\r\n\r\n", 0},
      {"two", get("Host: a\r\n"), 400},
      {"two on 1.0", get_1_0("Host: a\r\n"), 400},
      {"two, one empty", get("Host:\r\n"), 400},
      {"empty", host(""), 400},
      {"empty on 1.0", "GET / HTTP/1.0\r\nHost:\r\n\r\n", 400},
      {"two words", host("a b"), 400},
      {"path", host("a/c"), 400},
      {"userinfo", host("a@b"), 400},
      {"list", host("a, b"), 400},
      {"name and port", host("a.example:8080"), 0},
      {"empty port", host("a:"), 0},
      {"port of letters", host("a:b"), 400},
      {"two ports", host("a:80:80"), 400},
      {"port of six digits", host("a:800000"), 400},
      {"IPv4", host("127.0.0.1:5000"), 0},
      {"IPv6", host("[::1]:5000"), 0},
      {"IPv6 unclosed", host("[::1"), 400},
      {"IPv6 without brackets", host("::1"), 400},
      {"empty brackets", host("[]"), 400},
      {"escape", host("a%20b"), 0},
      {"faulty escape", host("a%2"), 400},
      {"underscore", host("a_b"), 0},
      {"bytes over 0x7F", host("\xc3\xa4"), 400},
      {"absolute target without Host", "GET http://h/ HTTP/1.1\r\n\r\n", 400},
  };
}

std::vector<Row> lengths() {
  std::vector<Row> rows = {
      {"twice the same", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"twice different", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
      {"5", with_length(" 5"), 0},
      {"no white space", with_length("5"), 0},
      {"trailing SP", with_length(" 5 "), 0},
      {"leading zero", with_length(" 05"), 0},
      {"many zeros", with_length(" " + std::string(300, '0') + "5"), 0},
      {"2^63", with_length(" 9223372036854775808"), 413},
      {"2^64 - 1", with_length(" 18446744073709551615"), 413},
      {"2^64", with_length(" 18446744073709551616"), 400},
      {"over the limit by one", with_length(" 1048577"), 413},
      {"zero", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 0},
      {"with an underscore it is another field", "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\n\r\n", 0},
      {"GET with a body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 0},
  };
  for (const char* value : {"+5", "-5", "5,5", "5, 5", "5 5", "0x5", "5.0", ",5", "5,", "5_0", "", " ", "five", "5;"}) {
    rows.push_back({"value '"s + value + "'", with_length(" "s + value), 400});
  }
  return rows;
}

std::vector<Row> codings() {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  std::vector<Row> rows = {
      {"chunked", coded(chunked), 0},
      {"CHUNKED", coded("transfer-encoding: CHUNKED\r\n"), 0},
      {"chunked SP", coded("Transfer-Encoding: chunked \r\n"), 0},
      {"length then coding", coded("Content-Length: 5\r\n" + chunked), 400},
      {"coding then length", coded(chunked + "Content-Length: 5\r\n"), 400},
      {"length then empty coding", coded("Content-Length: 5\r\nTransfer-Encoding:\r\n"), 400},
      {"empty coding then length", coded("Transfer-Encoding:\r\nContent-Length: 5\r\n"), 400},
      {"empty coding", coded("Transfer-Encoding:\r\n"), 400},
      {"chunked and an empty one", coded(chunked + "Transfer-Encoding:\r\n"), 400},
      {"an empty one and chunked", coded("Transfer-Encoding:\r\n" + chunked), 400},
      {"twice chunked", coded(chunked + chunked), 400},
      {"gzip and chunked in two fields", coded("Transfer-Encoding: gzip\r\n" + chunked), 400},
      {"chunked on 1.0", coded(chunked, "1.0"), 400},
      {"chunked on 1.0 with keep-alive", coded(chunked + "Connection: keep-alive\r\n", "1.0"), 400},
      {"with an underscore it is another field", "GET / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\n\r\n", 0},
  };
  for (const char* value :
       {"xchunked", "chunkedx", "chunked;q=1", "\"chunked\"", "identity", "gzip", "chunked, identity",
        "chunked, chunked", "identity, chunked", "gzip, chunked", "x,chunked", ",chunked", "chunked,",
        "\x0b"
        "chunked"}) {
    rows.push_back({"value "s + value, coded("Transfer-Encoding: "s + value + "\r\n"), 400});
  }
  return rows;
}

std::vector<Row> chunk_rows() {
  std::vector<Row> rows = {
      {"one", chunks("5\r\nhello\r\n0\r\n\r\n"), 0},
      {"capitals", chunks("A\r\n0123456789\r\n0\r\n\r\n"), 0},
      {"leading zeros", chunks("0005\r\nhello\r\n000\r\n\r\n"), 0},
      {"no data", chunks("0\r\n\r\n"), 0},
      {"CR X in the size line", chunks("5\rXhello\r\n0\r\n\r\n"), 400},
      {"bare LF in the size line", chunks("5\nhello\r\n0\r\n\r\n"), 400},
      {"bare LF after the data", chunks("5\r\nhello\n0\r\n\r\n"), 400},
      {"bare LF after the last chunk", chunks("0\n\r\n"), 400},
      {"bare LF as the empty line", chunks("0\r\n\n"), 400},
      {"CR X as the empty line", chunks("0\r\n\rX"), 400},
      {"bytes in place of CRLF after the data", chunks("5\r\nhelloXX0\r\n\r\n"), 400},
      {"data too long", chunks("5\r\nhello!\r\n0\r\n\r\n"), 400},
      {"data too short", chunks("6\r\nhello\r\n0\r\n\r\n"), 400},
      {"size fffffffffffffffff", chunks("fffffffffffffffff\r\n"), 400},
      {"size 2^64 - 1", chunks("ffffffffffffffff\r\n"), 413},
      {"size 2^63", chunks("8000000000000000\r\n"), 413},
      {"size over the limit by one", chunks("100001\r\n"), 413},
      {"extension", chunks("5;a\r\nhello\r\n0\r\n\r\n"), 0},
      {"extension with a value", chunks("5;a=b\r\nhello\r\n0\r\n\r\n"), 0},
      {"extension after a value", chunks("5;a=b;c\r\nhello\r\n0;d\r\n\r\n"), 0},
      {"extension quoted", chunks("5;a=\"x \\\" ;\xc3\xa4\"\r\nhello\r\n0\r\n\r\n"), 0},
      {"extension after a quoted one", chunks("5;a=\"x\";b\r\nhello\r\n0\r\n\r\n"), 0},
      {"extension bare LF", chunks("5;a\nhello\r\n0\r\n\r\n"), 400},
      {"extension CR X", chunks("5;a\rXhello\r\n0\r\n\r\n"), 400},
      {"extension CR in quotes", chunks("5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension NUL", chunks("5;a\0\r\nhello\r\n0\r\n\r\n"s), 400},
      {"extension control in quotes", chunks("5;a=\"\x01\"\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension DEL in quotes", chunks("5;a=\"\x7f\"\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension empty", chunks("5;\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension two semicolons", chunks("5;;x\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension without name", chunks("5;=v\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension without value", chunks("5;a=\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension quotes after a token", chunks("5;z=0\"q\"\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension SP before", chunks("5 ;a\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension SP after", chunks("5; a\r\nhello\r\n0\r\n\r\n"), 400},
      {"extension too long", chunks("5;" + std::string(2000, 'a') + "\r\nhello\r\n0\r\n\r\n"), 400},
      {"too many zeros", chunks(std::string(2000, '0') + "5\r\nhello\r\n0\r\n\r\n"), 400},
      {"trailer", chunks("0\r\nX: a\r\nY:\r\n\r\n"), 0},
      {"trailer Content-Length", chunks("0\r\nContent-Length: 5\r\n\r\n"), 0},
      {"trailer Host", chunks("0\r\nHost: b\r\n\r\n"), 0},
      {"trailer Transfer-Encoding", chunks("0\r\nTransfer-Encoding: gzip\r\n\r\n"), 0},
      {"trailer folded", chunks("0\r\nX: a\r\n b\r\n\r\n"), 400},
      {"trailer without colon", chunks("0\r\nX\r\n\r\n"), 400},
      {"trailer SP before colon", chunks("0\r\nX : a\r\n\r\n"), 400},
      {"trailer empty name", chunks("0\r\n: a\r\n\r\n"), 400},
      {"trailer bare LF", chunks("0\r\nX: a\n\r\n"), 400},
      {"trailer lone CR", chunks("0\r\nX: a\rb\r\n\r\n"), 400},
      {"trailer control", chunks("0\r\nX: \x01\r\n\r\n"), 400},
      {"trailers too long", chunks("0\r\nX: " + std::string(9000, 'a') + "\r\n\r\n"), 431},
      {"next message follows", chunks("0\r\n\r\n") + line("GET / HTTP/1.1"), 0, 2},
  };
  for (const char* size : {"0x5", "-5", "+5", "", " 5", "\t5", "5 ", "5\t", "5 5", "g", "5h", "5,"}) {
    rows.push_back({"size '"s + size + "'", chunks(std::string(size) + "\r\nhello\r\n0\r\n\r\n"), 400});
  }
  return rows;
}

std::vector<Row> connections() {
  return {
      {"close and then garbage", get("Connection: close\r\n"), 0},
      {"upgrade", get("Connection: upgrade\r\nUpgrade: x\r\n"), 0},
      {"upgrade with a body",
       "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nhello", 0},
      {"upgrade with chunks", coded("Connection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n"), 0},
      {"upgrade, then the next message", get("Connection: upgrade\r\nUpgrade: x\r\n") + line("GET / HTTP/1.1"), 0, 2},
      {"upgrade on 1.0", get_1_0("Connection: upgrade\r\nUpgrade: x\r\n"), 0},
      {"Upgrade without Connection", get("Upgrade: x\r\n"), 0},
      {"Connection upgrade without Upgrade", get("Connection: upgrade\r\n"), 0},
      {"close with TAB", get("Connection: close\t\r\n"), 0},
      {"Connection empty", get("Connection:\r\n"), 0},
      {"Connection of commas", get("Connection: ,,\r\n"), 0},
      {"Proxy-Connection on 1.0", get_1_0("Proxy-Connection: keep-alive\r\n"), 0},
      {"Expect", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", 0},
  };
}

INSTANTIATE_TEST_SUITE_P(LineEnds, LlhttpTable, ::testing::ValuesIn(line_ends()), name_of);
INSTANTIATE_TEST_SUITE_P(FieldLines, LlhttpTable, ::testing::ValuesIn(field_lines()), name_of);
INSTANTIATE_TEST_SUITE_P(BeforeTheLine, LlhttpTable, ::testing::ValuesIn(before_the_line()), name_of);
INSTANTIATE_TEST_SUITE_P(RequestLine, LlhttpTable, ::testing::ValuesIn(request_lines()), name_of);
INSTANTIATE_TEST_SUITE_P(Target, LlhttpTable, ::testing::ValuesIn(targets()), name_of);
INSTANTIATE_TEST_SUITE_P(Host, LlhttpTable, ::testing::ValuesIn(hosts()), name_of);
INSTANTIATE_TEST_SUITE_P(ContentLength, LlhttpTable, ::testing::ValuesIn(lengths()), name_of);
INSTANTIATE_TEST_SUITE_P(TransferEncoding, LlhttpTable, ::testing::ValuesIn(codings()), name_of);
INSTANTIATE_TEST_SUITE_P(Chunks, LlhttpTable, ::testing::ValuesIn(chunk_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Connection, LlhttpTable, ::testing::ValuesIn(connections()), name_of);

}  // namespace
}  // namespace folio::http::testing
