// The access log's lines, each form against what reads it, and what clients may try to put into them.
#include "app/access_log.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <folio/json_value.hpp>
#include <folio/json.hpp>
#include <string>

namespace folio::app {
namespace {

constexpr std::size_t longest = 64;

// The tests' own time zone, for as long as it lives.
class Zone {
 public:
  explicit Zone(const char* name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    set(name);
  }
  ~Zone() { set(before_.empty() ? nullptr : before_.c_str()); }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  static void set(const char* name) {
    if (name != nullptr) {
      ::setenv("TZ", name, 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
    // A second's text is made once: another second lets the zone be asked again.
    std::string ignored;
    append_access_line(ignored, AccessLog::Common, {}, {}, longest);
  }
  std::string before_;
};

std::string line(AccessLog form, const AccessRecord& record, std::time_t second = 971211336) {
  std::string out;
  append_access_line(out, form, record, {.tv_sec = second, .tv_nsec = 123'000'000}, longest);
  return out;
}

AccessRecord plain_record() {
  return {.method = "GET",
          .path = "/users/7",
          .status = 200,
          .nanoseconds = 1'234'567,
          .route = "users/[id].cpp",
          .peer = "192.0.2.7",
          .query = "full=1",
          .bytes = 2326,
          .id = "abc-1",
          .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
          .host = "example.org",
          .referrer = "https://example.org/",
          .agent = "Mozilla/5.0 (X11)"};
}

TEST(AccessLogCommon, IsTheCombinedLogFormat) {
  const Zone zone("FOLIO+7");  // seven hours west of Greenwich
  EXPECT_EQ(line(AccessLog::Common, plain_record()),
            "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /users/7?full=1 HTTP/1.1\" 200 2326 "
            "\"https://example.org/\" \"Mozilla/5.0 (X11)\"");
}

TEST(AccessLogCommon, SaysTheZoneOfTheSystem) {
  {
    const Zone zone("FOLIO-5:45");
    EXPECT_NE(line(AccessLog::Common, plain_record(), 971211400).find("[11/Oct/2000:02:41:40 +0545]"),
              std::string::npos);
  }
  const Zone zone("UTC0");
  EXPECT_NE(line(AccessLog::Common, plain_record(), 971211401).find("[10/Oct/2000:20:56:41 +0000]"), std::string::npos);
}

TEST(AccessLogCommon, HasADashForWhatIsMissing) {
  const Zone zone("UTC0");
  EXPECT_EQ(line(AccessLog::Common, {.status = 400}, 1), "- - - [01/Jan/1970:00:00:01 +0000] \"-\" 400 - \"-\" \"-\"");
}

TEST(AccessLogCommon, LetsNoClientEndALineOrAQuotation) {
  AccessRecord record = plain_record();
  record.path = "/\"x\n\r\t\x1b[31m\\\x7f\x80\xc3\xa9";
  record.query = "a=\" 200 1";
  record.agent = std::string_view("\" \"evil\0\"", 9);
  record.referrer = "\\\"";
  const std::string text = line(AccessLog::Common, record);
  EXPECT_NE(text.find(R"("GET /\"x\x0a\x0d\x09\x1b[31m\\\x7f\x80\xc3\xa9?a=\" 200 1 HTTP/1.1")"), std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with(R"("\\\"" "\" \"evil\x00\"")")) << text;
  for (const char c : text) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
}

TEST(AccessLogCommon, CutsWhatIsLong) {
  AccessRecord record = plain_record();
  const std::string path(longest + 1, 'p');
  record.path = path;
  EXPECT_NE(line(AccessLog::Common, record).find(std::string(longest, 'p') + "...?full=1"), std::string::npos);
}

TEST(AccessLogJson, HasEverything) {
  const Zone zone("FOLIO+7");
  EXPECT_EQ(line(AccessLog::Json, plain_record()),
            R"({"time":"2000-10-10T20:55:36.123Z","peer":"192.0.2.7","method":"GET","host":"example.org",)"
            R"("path":"/users/7","query":"full=1","protocol":"HTTP/1.1","status":200,"bytes":2326,"duration":0.001235,)"
            R"("route":"users/[id].cpp","id":"abc-1","trace":"4bf92f3577b34da6a3ce929d0e0e4736",)"
            R"x("referrer":"https://example.org/","agent":"Mozilla/5.0 (X11)"})x");
}

TEST(AccessLogJson, IsJsonWhateverAClientSends) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  all += "\xc2\x9b";  // a terminal's CSI, as UTF-8
  for (std::size_t at = 0; at < all.size(); at += 16) {
    AccessRecord record = plain_record();
    record.agent = record.path = record.query = std::string_view(all).substr(at, 16);
    const std::string text = line(AccessLog::Json, record);
    for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << at;
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
    JsonValue value;
    JsonError error;
    EXPECT_TRUE(read_json(text, value, error)) << text << error.message;
  }
}

TEST(AccessLogJson, LeavesOutWhatIsMissing) {
  const Zone zone("UTC0");
  EXPECT_EQ(line(AccessLog::Json, {.status = 400}, 1),
            R"({"time":"1970-01-01T00:00:01.123Z","status":400,"bytes":0,"duration":0.000000})");
}

TEST(AccessLogJson, CutsWhatIsLong) {
  AccessRecord record = plain_record();
  const std::string agent(longest + 1, 'a');
  record.agent = agent;
  EXPECT_NE(line(AccessLog::Json, record).find("\"" + std::string(longest, 'a') + "...\"}"), std::string::npos);
}

TEST(AccessLogShort, IsForPeople) {
  EXPECT_EQ(line(AccessLog::Short, plain_record()), "GET /users/7 200 1.2ms → users/[id].cpp");
  EXPECT_EQ(line(AccessLog::Short, {.method = "WS", .path = "/a\x1b\n", .status = 101}), "WS /a\\x1b\\x0a 101 0.0ms → -");
}

}  // namespace
}  // namespace folio::app
