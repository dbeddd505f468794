#include "conformance/http/cases.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

namespace folio::conformance {

namespace {

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& each : made) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  return made;
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : topic_(file.stem().string()), stream_(file) {}

  void read(std::vector<Case>& cases) {
    std::string line;
    while (std::getline(stream_, line)) {
      ++number_;
      if (line.empty() || line.starts_with('#')) continue;
      if (line.starts_with("== ")) {
        cases.push_back(begin(line.substr(3)));
      } else if (cases.empty() || cases.back().topic != topic_) {
        fault("a case begins with == id : source : what");
      } else {
        take(cases.back(), line[0], line.size() > 2 ? line.substr(2) : "");
      }
    }
  }

 private:
  [[noreturn]] void fault(const std::string& what) const {
    std::fprintf(stderr, "%s.txt:%d: %s\n", topic_.c_str(), number_, what.c_str());
    std::exit(2);
  }

  Case begin(const std::string& text) {
    const auto first = text.find(" : ");
    const auto second = text.find(" : ", first + 1);
    if (first == std::string::npos || second == std::string::npos) fault("expected == id : source : what");
    Case made{.topic = topic_,
              .id = text.substr(0, first),
              .source = text.substr(first + 3, second - first - 3),
              .what = text.substr(second + 3),
              .where = topic_ + ".txt:" + std::to_string(number_)};
    const bool named =
        std::ranges::all_of(made.id, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    if (!named || !ids_.insert(made.id).second) fault("an id is of letters, digits and _, and used once in a file");
    if (!made.source.starts_with("RFC ") && !made.source.starts_with("CVE-")) fault("a source is an RFC or a CVE");
    return made;
  }

  void take(Case& into, char kind, const std::string& rest) {
    if (kind == '>') return send(into, unescape(rest));
    if (kind == '!') return command(into, rest);
    if (kind == '<') return receive(into, rest);
    if (kind == '@') {
      if (rest != "impatient") fault("the one other server is impatient");
      into.server = ServerKind::Impatient;
      return;
    }
    // Behind `closed`, too, when both were said in one line.
    const auto found = std::ranges::find(into.steps.rbegin(), into.steps.rend(), Step::Kind::Receive, &Step::kind);
    if (found == into.steps.rend()) fault("there is no response before this");
    Step& response = *found;
    if (kind == '-' && rest.starts_with("no ")) {
      response.absent.push_back(lower(rest.substr(3)));
    } else if (kind == '-' && rest.find(": ") != std::string::npos) {
      response.fields.emplace_back(lower(rest.substr(0, rest.find(": "))), rest.substr(rest.find(": ") + 2));
    } else if (kind == '=') {
      response.body = response.body.value_or("") + unescape(rest);
    } else if (kind == '~') {
      response.in_body.push_back(unescape(rest));
    } else {
      fault("unknown line");
    }
  }

  void send(Case& into, const std::string& bytes) {
    if (into.steps.empty() || into.steps.back().kind != Step::Kind::Send) into.steps.push_back({});
    into.steps.back().bytes += bytes;
  }

  void command(Case& into, const std::string& text) {
    if (text == "half-close") {
      into.steps.push_back({.kind = Step::Kind::HalfClose});
    } else if (text == "closed") {
      into.steps.push_back({.kind = Step::Kind::Closed});
    } else if (text.starts_with("dispatched ")) {
      into.dispatched = std::stoi(text.substr(11));
    } else {
      fault("expected half-close, closed or dispatched N");
    }
  }

  void receive(Case& into, const std::string& text) {
    if (text.size() < 3 || std::isdigit(static_cast<unsigned char>(text[0])) == 0) fault("expected a status");
    const std::string more = text.substr(3);
    if (!more.empty() && more != " HEAD" && more != " closed") fault("expected HEAD, closed or nothing after the status");
    into.steps.push_back(
        {.kind = Step::Kind::Receive, .status = std::stoi(text.substr(0, 3)), .to_head = more == " HEAD"});
    if (more == " closed") into.steps.push_back({.kind = Step::Kind::Closed});
  }

  std::string unescape(std::string_view text) const {
    std::string made;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] != '\\') {
        made += text[at];
        continue;
      }
      if (++at == text.size()) fault("a backslash ends the line");
      switch (text[at]) {
        case 'r':
          made += '\r';
          break;
        case 'n':
          made += '\n';
          break;
        case 't':
          made += '\t';
          break;
        case '\\':
          made += '\\';
          break;
        case 'x':
          if (at + 2 >= text.size()) fault("expected two digits after \\x");
          made += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
          at += 2;
          break;
        case '{': {
          const auto star = text.find('*', at);
          const auto end = text.find('}', at);
          if (star == std::string_view::npos || end == std::string_view::npos) fault("expected \\{count*text}");
          const std::string unit = unescape(text.substr(star + 1, end - star - 1));
          for (int i = std::stoi(std::string(text.substr(at + 1, star - at - 1))); i > 0; --i) made += unit;
          at = end;
          break;
        }
        default:
          fault("unknown escape");
      }
    }
    return made;
  }

  std::string topic_;
  std::ifstream stream_;
  int number_ = 0;
  std::set<std::string> ids_;
};

}  // namespace

std::vector<Case> read_cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(FOLIO_SOURCE_DIR "/tests/conformance/http/cases")) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Case> cases;
  for (const auto& file : files) Reader(file).read(cases);
  return cases;
}

}  // namespace folio::conformance
