// Small parts of the two processes: their messages, what the terminal shows, and the loader of route objects.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <folio/route_unit.hpp>

#include <cstdio>

#include "dev/console.hpp"
#include "dev/control.hpp"
#include "dev/module_loader.hpp"
#include "temporary_folder.hpp"

using namespace folio::dev;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

TEST(Control, AMessageArrivesAsItWasSent) {
  ControlMessage sent{.type = "load", .generation = 7, .units = {"/a b/[id].so", "/\xc3\xa4\n\".so"}};
  sent.page = "<p>\r\n</p>";
  sent.nanoseconds = -1;
  const auto line = write_control(sent);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto got = read_control(line);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->type, "load");
  EXPECT_EQ(got->generation, 7U);
  EXPECT_EQ(got->units, sent.units);
  EXPECT_EQ(got->page, sent.page);
  EXPECT_EQ(got->nanoseconds, -1);
}

TEST(Control, WhatIsNoMessageIsNone) {
  EXPECT_FALSE(read_control(""));
  EXPECT_FALSE(read_control("{\"type\":\"load\"}"));
  EXPECT_FALSE(read_control("noise"));
}

class ConsoleTest : public ::testing::Test {
 protected:
  ~ConsoleTest() override { std::fclose(file); }
  std::string written() {
    std::string shown(static_cast<std::size_t>(std::ftell(file)), '\0');
    std::rewind(file);
    EXPECT_EQ(std::fread(shown.data(), 1, shown.size(), file), shown.size());
    std::rewind(file);
    return shown;
  }
  std::FILE* file = std::tmpfile();
  Console text{Console::Form::Text, Paint::Plain, file};
  Console json{Console::Form::Json, Paint::Plain, file};
};

TEST_F(ConsoleTest, ARequestIsOneLine) {
  const ControlMessage message{
      .path = "/users/7", .method = "GET", .route = "routes/users/[id].cpp", .nanoseconds = 1'234'567, .status = 200};
  text.request(message);
  EXPECT_EQ(written(), "GET /users/7 200 1.2ms → routes/users/[id].cpp\n");
  json.request(message);
  EXPECT_EQ(written(),
            "{\"event\":\"request\",\"method\":\"GET\",\"path\":\"/users/7\",\"status\":200,\"ns\":1234567,"
            "\"route\":\"routes/users/[id].cpp\"}\n");
}

TEST_F(ConsoleTest, ARebuildSaysWhatItTook) {
  text.live({{"routes/users/[id].cpp", 350ms, 40ms}}, {}, 412ms);
  EXPECT_EQ(written(), "✓ routes/users/[id].cpp rebuilt in 412 ms (compile 350, link 40)\n");
  text.live({{"a.cpp", 1ms, 1ms}, {"b.cpp", 1ms, 1ms}}, {"c.cpp"}, 500ms);
  EXPECT_EQ(written(), "✓ a.cpp, b.cpp rebuilt in 500 ms\n✓ c.cpp removed\n");
  text.live({}, {"c.cpp"}, 130ms);
  EXPECT_EQ(written(), "✓ c.cpp removed in 130 ms\n");
  json.live({{"a.cpp", 1ms, 1ms}}, {"c.cpp"}, 500ms);
  EXPECT_EQ(written(), "{\"event\":\"live\",\"files\":[\"a.cpp\"],\"removed\":[\"c.cpp\"],\"ms\":500}\n");
}

TEST_F(ConsoleTest, TheBannerHasNameAddressesAndRoutes) {
  const Addresses addresses{.local = "http://localhost:5000", .network = {"http://192.0.2.7:5000"}};
  text.banner("1.2.3", addresses, 312ms, "GET  /  routes/index.cpp\n", true);
  const auto shown = written();
  for (const char* part : {"Folio 1.2.3  ready in 312 ms", "Local    http://localhost:5000",
                           "Network  http://192.0.2.7:5000", "GET  /  routes/index.cpp", "press h for help"}) {
    EXPECT_THAT(shown, HasSubstr(part));
  }
}

TEST(Durations, AreReadable) {
  EXPECT_EQ(duration_text(43'000), "43µs");
  EXPECT_EQ(duration_text(1'250'000), "1.2ms");
  EXPECT_EQ(duration_text(2'500'000'000), "2.50s");
}

TEST(AddressesTest, AreWhatABrowserCanOpen) {
  EXPECT_EQ(addresses_of("127.0.0.1", 5000).local, "http://localhost:5000");
  EXPECT_EQ(addresses_of("0.0.0.0", 80).local, "http://localhost");
  EXPECT_EQ(addresses_of("192.0.2.7", 5000).local, "http://192.0.2.7:5000");
  EXPECT_EQ(addresses_of("2001:db8::1", 5000).local, "http://[2001:db8::1]:5000");
  EXPECT_TRUE(addresses_of("localhost", 5000).network.empty());
}

class ModuleLoaderTest : public ::testing::Test {
 protected:
  std::string make(const std::string& name, const std::string& source) {
    folder.write(name + ".cpp", source);
    const std::string object = folder / (name + ".so");
    const std::string command = "clang++-19 -std=c++23 -shared -fPIC -I'" + std::string(FOLIO_SOURCE_DIR) +
                                "/framework/include' -o '" + object + "' '" + (folder / (name + ".cpp")) + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return object;
  }
  std::string unit(const std::string& file) {
    return "#include <folio/route_unit.hpp>\nstatic const folio::RouteUnit unit = [] { folio::RouteUnit made; "
           "made.file = \"" +
           file + "\"; return made; }();\nextern \"C\" const folio::RouteUnit* folio_route_unit() { return &unit; }\n";
  }
  folio::testing::TemporaryFolder folder;
  ModuleLoader loader;
  std::vector<const folio::RouteUnit*> units;
  std::string error;
};

TEST_F(ModuleLoaderTest, LoadsEachObjectOnceAndKeepsTheOrder) {
  const auto a = make("a", unit("a.cpp"));
  const auto b = make("b", unit("b.cpp"));
  ASSERT_TRUE(loader.load({a, b}, units, error)) << error;
  ASSERT_EQ(units.size(), 2U);
  EXPECT_EQ(units[0]->file, "a.cpp");
  const auto* first = units[0];
  ASSERT_TRUE(loader.load({b, a}, units, error)) << error;
  EXPECT_EQ(units[1], first);
  EXPECT_EQ(loader.loads(), 2U);
}

TEST_F(ModuleLoaderTest, SaysWhatCannotBeLoaded) {
  EXPECT_FALSE(loader.load({folder / "none.so"}, units, error));
  EXPECT_THAT(error, HasSubstr("none.so"));
  EXPECT_FALSE(loader.load({make("c", "extern \"C\" void missing_function();\nvoid f() { missing_function(); }\n")},
                           units, error));
  EXPECT_THAT(error, HasSubstr("missing_function"));
  EXPECT_FALSE(loader.load({make("d", "int unrelated;\n")}, units, error));
  EXPECT_THAT(error, HasSubstr("folio_route_unit"));
}

}  // namespace
