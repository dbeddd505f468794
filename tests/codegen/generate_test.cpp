// The generator on a real folder: what is written when, what is left alone, and how lines lead back.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "codegen/codegen.hpp"
#include "codegen/commands.hpp"
#include "codegen/manifest.hpp"

namespace folio::codegen {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHandler =
    "#include <folio/folio.hpp>\nusing namespace folio;\n\nResponse GET() { return Response::text(\"x\"); }\n";

class Generate : public testing::Test {
 protected:
  Generate() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) / (std::string("folio-codegen-") + test->name());
    fs::remove_all(root_);
    fs::create_directories(root_ / "routes");
    options_ = {.routes = root_ / "routes", .out = root_ / "out", .public_files = {}, .prefix = "routes"};
  }
  ~Generate() override { fs::remove_all(root_); }

  void put(const std::string& file, std::string_view text = kHandler) const {
    const fs::path path = root_ / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::string read(const fs::path& file) const {
    std::ifstream input(root_ / file, std::ios::binary);
    std::ostringstream text;
    text << input.rdbuf();
    return text.str();
  }
  std::map<std::string, std::string> out() const {
    std::map<std::string, std::string> files;
    if (!fs::exists(root_ / "out")) return files;
    for (const auto& entry : fs::recursive_directory_iterator(root_ / "out")) {
      const std::string name = entry.path().lexically_relative(root_ / "out").generic_string();
      if (entry.is_regular_file()) files[name] = read(entry.path());
    }
    return files;
  }
  Outcome generate_well() const {
    Outcome outcome = generate(options_);
    for (const Diagnostic& error : outcome.errors) ADD_FAILURE() << render(error);
    return outcome;
  }
  std::string errors(const Outcome& outcome) const {
    std::string text;
    for (const Diagnostic& error : outcome.errors) text += error.code + ":" + error.message + "\n";
    for (std::size_t at; (at = text.find(root_.string())) != std::string::npos;)
      text.replace(at, root_.string().size(), "ROOT");
    return text;
  }

  fs::path root_;
  Options options_;
};

TEST_F(Generate, WritesOnlyWhatDiffers) {
  put("routes/index.cpp");
  put("routes/users/[id].cpp");
  EXPECT_EQ(generate_well().written, 4U);
  const auto first = out();
  for (const auto& [name, content] : first) fs::last_write_time(root_ / "out" / name, fs::file_time_type{});
  const Outcome again = generate_well();
  EXPECT_EQ(again.written, 0U);
  EXPECT_EQ(again.removed, 0U);
  for (const auto& [name, content] : first) {
    EXPECT_EQ(fs::last_write_time(root_ / "out" / name), fs::file_time_type{}) << name;
  }
  EXPECT_EQ(out(), first);
}

TEST_F(Generate, ABodyTouchesItsOwnWrapperAlone) {
  put("routes/index.cpp");
  put("routes/about.cpp");
  generate_well();
  const auto before = out();
  put("routes/about.cpp", "// a longer one\n" + std::string(kHandler) + "\nstatic int helper() { return 7; }\n");
  EXPECT_EQ(generate_well().written, 1U);
  const auto after = out();
  EXPECT_EQ(after.at("table.cpp"), before.at("table.cpp"));
  EXPECT_EQ(after.at("routes.json"), before.at("routes.json"));
  EXPECT_NE(after.at("routes/" + unit_name("about.cpp") + ".cpp"),
            before.at("routes/" + unit_name("about.cpp") + ".cpp"));
}

TEST_F(Generate, AnotherRouteLeavesTheOthersAlone) {
  put("routes/b.cpp");
  generate_well();
  const auto before = out();
  put("routes/a.cpp");
  put("routes/_middleware.cpp", "folio::Task<folio::Response> middleware(folio::Request&, folio::Next next) { }\n");
  const Outcome outcome = generate_well();
  EXPECT_EQ(outcome.written, 4U);  // two wrappers, the table and routes.json
  for (const auto& [name, content] : before) {
    if (name.starts_with("routes/")) EXPECT_EQ(out().at(name), content);
  }
  ASSERT_EQ(outcome.units.size(), 3U);
  EXPECT_EQ(outcome.units[0].file, "_middleware.cpp");
  EXPECT_EQ(outcome.units[1].file, "a.cpp");
  EXPECT_EQ(outcome.units[2].source, root_ / "out/routes" / (unit_name("b.cpp") + ".cpp"));
}

TEST_F(Generate, RemovesOrphansOfItsOwn) {
  put("routes/a.cpp");
  put("routes/b.cpp");
  generate_well();
  put("out/routes/mine.cpp", "// written by hand\n");
  fs::remove(root_ / "routes/b.cpp");
  const Outcome outcome = generate_well();
  EXPECT_EQ(outcome.removed, 1U);
  EXPECT_FALSE(out().contains("routes/" + unit_name("b.cpp") + ".cpp"));
  EXPECT_EQ(out().at("routes/mine.cpp"), "// written by hand\n");
}

TEST_F(Generate, OnErrorsWritesNothing) {
  put("routes/a.cpp");
  generate_well();
  const auto before = out();
  put("routes/a.cpp", std::string(kHandler) + "// edited\n");
  put("routes/b.cpp", "int x;\n");
  const Outcome outcome = generate(options_);
  EXPECT_EQ(errors(outcome), "R007:no handler in this file\n");
  EXPECT_EQ(outcome.written, 0U);
  EXPECT_EQ(out(), before);
}

TEST_F(Generate, NeverOverwritesWhatItDidNotWrite) {
  put("routes/a.cpp");
  put("out/table.cpp", "int main() {}\n");
  EXPECT_EQ(errors(generate(options_)), ":ROOT/out/table.cpp is in the way: it was not generated\n");
  EXPECT_EQ(read("out/table.cpp"), "int main() {}\n");
}

TEST_F(Generate, KeepsOutOfTheRoutesFolder) {
  put("routes/a.cpp");
  for (const fs::path& folder : {root_, root_ / "routes", root_ / "routes/generated"}) {
    options_.out = folder;
    EXPECT_EQ(generate(options_).errors.size(), 1U) << folder;
  }
  EXPECT_EQ(read("routes/a.cpp"), kHandler);
  options_.out = root_ / "routes/.folio/generated";
  generate_well();
  EXPECT_EQ(generate_well().written, 0U) << "a dot folder is no part of the routes";
}

TEST_F(Generate, TellsWhatIsWrongAroundTheRoutes) {
  options_.routes = root_ / "nowhere";
  EXPECT_EQ(errors(generate(options_)), ":there is no routes folder: ROOT/nowhere\n");
  put("file", "");
  options_.routes = root_ / "file";
  EXPECT_EQ(errors(generate(options_)), ":ROOT/file is not a folder\n");
  put("routes/a.cpp");
  options_.routes = root_ / "routes";
  options_.out = root_ / "file";
  EXPECT_EQ(errors(generate(options_)).substr(0, 29), ":cannot create the folder ROO");
}

TEST_F(Generate, LeavesThePublicFolderInsideTheRoutesAlone) {
  put("routes/index.cpp");
  put("routes/public/tool.cpp", "no route at all {{{\n");
  put("routes/public/_midleware.cpp", "");
  options_.public_files = root_ / "routes/public";
  EXPECT_EQ(generate_well().units.size(), 1U);
}

TEST_F(Generate, CallsTheFolderByItsPrefix) {
  put("routes/chat.cpp");
  options_.prefix = "example";
  const Outcome outcome = generate_well();
  const std::string wrapper = read(outcome.units[0].source);
  EXPECT_NE(wrapper.find("#line 1 \"example/chat.cpp\"\n"), std::string::npos);
  EXPECT_EQ(table(outcome), "METHODS  PATH   FILE              MIDDLEWARE\nGET      /chat  example/chat.cpp  -\n");
}

TEST_F(Generate, InspectWritesNothing) {
  put("routes/a.cpp");
  EXPECT_EQ(inspect(options_).units.size(), 1U);
  EXPECT_FALSE(fs::exists(root_ / "out"));
}

// Every line of the user's file, as the compiler will number it.
std::map<std::size_t, std::vector<std::string>> lines_as_numbered(const std::string& wrapper, const std::string& name) {
  std::map<std::size_t, std::vector<std::string>> numbered;
  std::istringstream input(wrapper);
  std::string file = "wrapper";
  std::size_t number = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    if (line.starts_with("#line ")) {
      std::from_chars(line.data() + 6, line.data() + line.size(), number);
      --number;
      file = line.substr(line.find('"') + 1);
      file.pop_back();
    } else if (file == name) {
      numbered[number].push_back(line);
    }
  }
  return numbered;
}

TEST_F(Generate, LinesLeadBackToTheFile) {
  std::string text = "// 'api'\n#include <a>\n\n#include <b>\n// c\n";
  for (int i = 6; i < 40; ++i) text += "int line" + std::to_string(i) + ";\n";
  text += "int GET() { return 40; }\nint POST() {\n}\n// the end";
  put("routes/[id].cpp", text);
  const Outcome outcome = generate_well();
  const std::string wrapper = read(outcome.units[0].source);
  const auto numbered = lines_as_numbered(wrapper, "routes/[id].cpp");
  std::istringstream input(text);
  std::size_t number = 0;
  for (std::string line; std::getline(input, line);) {
    const auto& same = numbered.at(++number);
    EXPECT_NE(std::ranges::find(same, line), same.end()) << number << ": " << line;
  }
  EXPECT_EQ(numbered.at(40), (std::vector<std::string>{"int GET() { return 40; }", "FOLIO_CHECK_HANDLER(GET)"}));
  EXPECT_EQ(numbered.at(41), (std::vector<std::string>{"int POST() {", "FOLIO_CHECK_HANDLER(POST)"}));
  // And the rest to the wrapper itself.
  std::istringstream generated(wrapper);
  std::size_t physical = 0;
  for (std::string line; std::getline(generated, line);) {
    ++physical;
    if (!line.starts_with("#line ") || line.find("r_id_") == std::string::npos) continue;
    EXPECT_EQ(line, "#line " + std::to_string(physical + 1) + " \"" + outcome.units[0].name + ".cpp\"");
  }
}

TEST(UnitNames, AreIdentifiersAndFileNames) {
  EXPECT_EQ(unit_name("users/[id].cpp").substr(0, 11), "r_users_id_");
  EXPECT_EQ(unit_name("users/[id].cpp").size(), 19U);
  std::map<std::string, std::string> names;
  for (const std::string file : {"a/b.cpp", "a_b.cpp", "a-b.cpp", "(a)/b.cpp", "a/[b].cpp", "a/[[b]].cpp", "ü.cpp",
                                 "é.cpp", "_404.cpp", "a__b.cpp", "index.cpp", "[...a]/b.cpp"}) {
    const std::string name = unit_name(file);
    EXPECT_TRUE(names.emplace(name, file).second) << name;
    EXPECT_EQ(name.find("__"), std::string::npos) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos) << name;
  }
  EXPECT_LT(unit_name(std::string(400, 'x') + ".cpp").size(), 120U);
}

TEST_F(Generate, WhyAndJsonAndTable) {
  put("routes/_middleware.cpp", "int middleware() { return 0; }\n");
  put("routes/_404.cpp", "int not_found() { return 0; }\n");
  put("routes/users/[id=uint].cpp");
  put("routes/users/[name].cpp", "int GET() { return 0; }\nfolio::Task<> WS(folio::WebSocket) { co_return; }\n");
  put("routes/[[...rest]].cpp", "int ANY() { return 0; }\n");
  const auto ask = [&](RoutesQuery query, int code = 0) {
    std::ostringstream printed, failed;
    EXPECT_EQ(print_routes(options_, query, printed, failed), code);
    return printed.str() + failed.str();
  };
  EXPECT_EQ(ask({}),
            "METHODS  PATH          FILE                        MIDDLEWARE\n"
            "ANY      /*rest?       routes/[[...rest]].cpp      _middleware.cpp\n"
            "GET      /users/:id    routes/users/[id=uint].cpp  _middleware.cpp\n"
            "GET, WS  /users/:name  routes/users/[name].cpp     _middleware.cpp\n");
  EXPECT_EQ(
      ask({.json = false, .why = "http://localhost:5000/users/7/?page=2"}),
      "/users/7/ is redirected to /users/7, which is answered by routes/users/[id=uint].cpp\n"
      "  path        /users/:id\n"
      "  methods     GET\n"
      "  id          \"7\"\n"
      "  middleware  _middleware.cpp\n"
      "  404         _404.cpp\n"
      "\nnot answered by\n"
      "  /users/:name  routes/users/[name].cpp  less specific at segment 2: `[id=uint]` comes before `[name]`\n"
      "  /*rest?       routes/[[...rest]].cpp   less specific at segment 1: `users` comes before `[[...rest]]`\n");
  EXPECT_EQ(
      ask({.json = false, .why = "/a%zz"}),
      "/a%zz is answered with 400: segment 1, \"a%zz\", holds a malformed escape: `%` and two hexadecimal digits\n");
  EXPECT_EQ(ask({.json = false, .why = "users"}, 2),
            "error: `users` is no path: it does not begin with a slash; write --why /users\n");
  EXPECT_NE(ask({.json = true, .why = {}}).find("\"path\": \"/users/:name\""), std::string::npos);
  put("routes/broken.cpp", "");
  EXPECT_EQ(
      ask({}, 1),
      "error[R007]: no handler in this file\n  --> routes/broken.cpp\n  help: define one, as `Response GET(Request& "
      "request)`, or name the file `_broken.cpp` to keep it private\n");
}

TEST(Render, ShowsNoControlCharacters) {
  EXPECT_EQ(render({"R012", "x", {{"routes/a\x1b[31m\n.cpp", 0, 0}}, ""}),
            "error[R012]: x\n  --> routes/a\\x1b[31m\\x0a.cpp\n");
}

}  // namespace
}  // namespace folio::codegen
