// Folders of route files, and what the generator makes of each: golden/<case>/routes beside expected.txt, what is
// printed, and expected/, what is written (nothing when there are errors). golden/<case>/public, where there is one, is
// the folder of static files.
//
// FOLIO_UPDATE_GOLDEN=1 in the environment writes what is expected anew; look at the difference then.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "codegen/codegen.hpp"
#include "codegen/commands.hpp"

namespace folio::codegen {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(FOLIO_SOURCE_DIR) / "tests/codegen/golden";

std::string read(const fs::path& path) {
  std::ifstream input(path, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

std::map<std::string, std::string> tree(const fs::path& root) {
  std::map<std::string, std::string> files;
  if (!fs::exists(root)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) files[entry.path().lexically_relative(root).generic_string()] = read(entry.path());
  }
  return files;
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kGolden)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, IsWhatIsMade) {
  const fs::path folder = kGolden / GetParam();
  const fs::path out = fs::path(testing::TempDir()) / ("folio-golden-" + GetParam());
  fs::remove_all(out);
  Options options{.routes = folder / "routes", .out = out};
  if (fs::exists(folder / "public")) options.public_files = folder / "public";

  const Outcome outcome = generate(options);
  std::ostringstream printed;
  if (outcome.errors.empty()) {
    printed << table(outcome);
  } else {
    print_errors(outcome, printed);
  }
  const auto made = tree(out);
  if (!outcome.errors.empty()) EXPECT_TRUE(made.empty()) << "on errors nothing is written";
  for (const auto& [name, content] : made) {
    EXPECT_EQ(content.find(FOLIO_SOURCE_DIR), std::string::npos) << name << " holds a path of this machine";
  }
  EXPECT_EQ(printed.str().find(FOLIO_SOURCE_DIR), std::string::npos);

  if (std::getenv("FOLIO_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(folder / "expected.txt", std::ios::binary) << printed.str();
    fs::remove_all(folder / "expected");
    if (!made.empty()) fs::copy(out, folder / "expected", fs::copy_options::recursive);
  }
  EXPECT_EQ(printed.str(), read(folder / "expected.txt"));
  EXPECT_EQ(made, tree(folder / "expected"));
  fs::remove_all(out);
}

std::string case_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(cases()), case_name);

}  // namespace
}  // namespace folio::codegen
