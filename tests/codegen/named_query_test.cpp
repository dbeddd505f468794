// Query<"name", T> is written out as QueryParam<"name", T>; everything else called Query is left alone.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "codegen/codegen.hpp"

namespace folio::codegen {
namespace {

std::string wrapper_of(const std::string& source) {
  const auto folder = std::filesystem::temp_directory_path() / ("folio-named-query-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "routes");
  std::ofstream(folder / "routes" / "index.cpp") << source;
  const Outcome outcome = generate({.routes = folder / "routes", .out = folder / "out"});
  EXPECT_TRUE(outcome.errors.empty());
  std::string text;
  if (!outcome.units.empty()) {
    std::ifstream in(outcome.units.front().source);
    text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  std::filesystem::remove_all(folder);
  return text;
}

TEST(NamedQuery, IsWrittenOut) {
  const std::string text = wrapper_of(
      "#include <folio/folio.hpp>\n"
      "using namespace folio;\n"
      "// Query<\"comment\", int>\n"
      "std::string GET(Query<\"page\", int> page, folio::Query < \"q\" > q, Query<Filter> filter) {\n"
      "  return \"Query<\\\"string\\\">\";\n"
      "}\n");
  EXPECT_NE(text.find("GET(QueryParam<\"page\", int> page, folio::QueryParam < \"q\" > q, Query<Filter> filter)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("// Query<\"comment\", int>"), std::string::npos);
  EXPECT_NE(text.find("return \"Query<\\\"string\\\">\";"), std::string::npos);
}

}  // namespace
}  // namespace folio::codegen
