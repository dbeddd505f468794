// Settings by name: what folio.toml may say, and what --print-config prints.
#include "app/settings.hpp"

#include <gtest/gtest.h>

namespace folio::app {
namespace {

std::string fault_of(std::string_view text) {
  Config config;
  const std::string before = print_settings(config);
  std::string fault;
  EXPECT_FALSE(read_settings(text, "folio.toml", config, fault)) << text;
  EXPECT_EQ(print_settings(config), before) << "a file with a fault in it sets nothing";
  return fault;
}

TEST(Settings, ArePrintedAsTheyAreRead) {
  Config config;
  config.host = "quoted \"host\" \\ and \t tab";
  config.port = 8080;
  config.allowed_origins = {"https://a.example", "*"};
  config.http.max_body = std::uint64_t{1} << 40;
  config.socket.compression = WsCompression::Dedicated;
  const std::string printed = print_settings(config);
  Config read;
  std::string fault;
  ASSERT_TRUE(read_settings(printed, "folio.toml", read, fault)) << fault;
  EXPECT_EQ(print_settings(read), printed);
  EXPECT_EQ(read.host, config.host);
  EXPECT_EQ(read.allowed_origins, config.allowed_origins);
}

TEST(Settings, AreSetOneByOne) {
  Config config;
  std::string fault;
  ASSERT_TRUE(read_settings(R"(
threads = 3                       # a comment
[http]
max_body = "16 MiB"
max_head = "64KiB"
keep_alive_timeout = 5
[websocket]
compression = "off"
allowed_origins = ["https://app.example"]
)",
                            "folio.toml", config, fault))
      << fault;
  EXPECT_EQ(config.threads, 3u);
  EXPECT_EQ(config.http.max_body, 16u << 20);
  EXPECT_EQ(config.http.max_head, 64u << 10);
  EXPECT_EQ(config.keep_alive_timeout, 5u);
  EXPECT_EQ(config.socket.compression, WsCompression::Off);
  EXPECT_EQ(config.allowed_origins, std::vector<std::string>{"https://app.example"});
  EXPECT_EQ(config.http.max_fields, Config().http.max_fields);
  EXPECT_TRUE(read_settings("", "folio.toml", config, fault));
  EXPECT_TRUE(read_settings_file("/nowhere/folio.toml", config, fault));
}

TEST(Settings, LeaveWhatTheAppIsBuiltWithToTheTool) {
  Config config;
  std::string fault;
  EXPECT_TRUE(read_settings("port = 7\n[build]\npackages = [\"sqlite3\"]\n", "folio.toml", config, fault)) << fault;
  EXPECT_EQ(config.port, 7);
  EXPECT_EQ(print_settings(config).find("build"), std::string::npos);
}

TEST(Settings, SayWhatIsWrongWithThem) {
  EXPECT_EQ(fault_of("\n[http]\nmax_bdy = 1\n"), "folio.toml:3: there is no setting 'http.max_bdy'; did you mean 'http.max_body'?");
  EXPECT_EQ(fault_of("max_body = 1"), "folio.toml:1: there is no setting 'max_body'; did you mean 'http.max_body'?");
  EXPECT_EQ(fault_of("colour = 1"), "folio.toml:1: there is no setting 'colour'; --print-config lists them all");
  EXPECT_EQ(fault_of("[htpp]\nmax_body = 1"), "folio.toml:1: there is no setting 'htpp'; --print-config lists them all");
  EXPECT_EQ(fault_of("port = 65536"),
            "folio.toml:1: port must be a number from 0 to 65535, or one with a unit, such as \"64 KiB\"");
  EXPECT_TRUE(fault_of("port = -1").starts_with("folio.toml:1: port must be a number"));
  EXPECT_TRUE(fault_of("port = 80.5").starts_with("folio.toml:1: port must be a number"));
  EXPECT_TRUE(fault_of("[http]\nmax_body = \"16 MB\"").starts_with("folio.toml:2: http.max_body must be a number"));
  EXPECT_TRUE(fault_of("[http]\nmax_body = \"99999999999 GiB\"").starts_with("folio.toml:2: http.max_body must be"));
  EXPECT_EQ(fault_of("build = 1"), "folio.toml:1: there is no setting 'build'; --print-config lists them all");
  EXPECT_EQ(fault_of("host = 1"), "folio.toml:1: host must be a text in quotes");
  EXPECT_EQ(fault_of("[websocket]\nallowed_origins = \"x\""),
            "folio.toml:2: websocket.allowed_origins must be a list of texts: [\"…\", \"…\"]");
  EXPECT_EQ(fault_of("[websocket]\ncompression = \"on\""),
            "folio.toml:2: websocket.compression must be one of \"off\", \"shared\", \"dedicated\"");
  EXPECT_TRUE(fault_of("port = \n").starts_with("folio.toml:1: not TOML: "));
}

}  // namespace
}  // namespace folio::app
