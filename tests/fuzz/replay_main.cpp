// Replays seeds through a fuzz target without libFuzzer: replay_NAME --results=FILE.json SEED_FOLDER
// Every file of the folder is one test case, in the order of names, after the empty input. Results are written as
// GoogleTest's JSON, at the end: a target that crashes leaves none, and its last line of output names the seed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// The target gets bytes of its own on the heap, of just that size, so that a sanitizer sees a step past their end.
void replay(const std::string& name, const std::string& bytes) {
  std::printf("%s (%zu bytes)\n", name.c_str(), bytes.size());
  std::fflush(stdout);
  const auto copy = std::make_unique<std::uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  LLVMFuzzerTestOneInput(copy.get(), bytes.size());
}

// JSON's own escapes; names of seeds are plain in practice.
std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return result + '"';
}

}  // namespace

int main(int argument_count, char** arguments) {
  constexpr std::string_view flag = "--results=";
  if (argument_count != 3 || !std::string_view(arguments[1]).starts_with(flag)) {
    std::fprintf(stderr, "error: usage: %s --results=FILE.json SEED_FOLDER\n", arguments[0]);
    return 2;
  }
  std::vector<std::filesystem::path> seeds;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(arguments[2], error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file()) seeds.push_back(entry->path());
  }
  if (error || seeds.empty()) {
    std::fprintf(stderr, "error: no seeds in %s: %s\n", arguments[2], error ? error.message().c_str() : "it is empty");
    return 1;
  }
  std::sort(seeds.begin(), seeds.end());

  std::string cases;
  const auto done = [&cases](const std::string& name) {
    cases += cases.empty() ? "" : ",";
    cases += "{\"name\":" + json_string(name) + R"(,"status":"RUN","result":"COMPLETED"})";
  };
  replay("nothing", {});
  done("nothing");
  for (const auto& seed : seeds) {
    std::ifstream file(seed, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) {
      std::fprintf(stderr, "error: cannot read %s\n", seed.c_str());
      return 1;
    }
    replay(seed.filename().string(), bytes);
    done(seed.filename().string());
  }

  std::ofstream results(std::string(std::string_view(arguments[1]).substr(flag.size())));
  results << R"({"testsuites":[{"name":"seeds","testsuite":[)" << cases << "]}]}\n";
  results.close();
  return results ? 0 : 1;
}
