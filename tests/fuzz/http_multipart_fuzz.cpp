// Any bytes as a multipart/form-data body: its parts do not depend on how it was split, none is larger than the limits,
// no content holds a delimiter, and the form survives being written out and read again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "http/file_name.hpp"
#include "http/multipart.hpp"

namespace {

using namespace folio;
using Event = http::MultipartParser::Event;

constexpr http::MultipartLimits limits{
    .max_parts = 5, .max_part_head = 200, .max_field = 64, .max_file = 128, .max_form = 2048};

void require(bool holds) {
  if (!holds) std::abort();
}

struct Part {
  std::string name;
  std::string filename;
  bool file = false;
  bool ended = false;
  std::string content;
  bool operator==(const Part&) const = default;
};

struct Form {
  std::vector<Part> parts;
  bool ended = false;
  int status = 0;
};

Form read(std::string_view body, std::size_t step) {
  http::MultipartParser parser("b", limits);
  Form form;
  for (std::size_t at = 0; at < body.size(); at += step) {
    std::string_view input = body.substr(at, step);
    for (Event event = parser.next(input); event != Event::NeedMore; event = parser.next(input)) {
      if (event == Event::PartBegin) {
        const http::PartHead& head = parser.head();
        form.parts.push_back({head.name, head.filename.value_or(""), head.is_file(), false, {}});
      } else if (event == Event::Data) {
        require(!parser.data().empty());
        require(!form.parts.back().ended);
        form.parts.back().content += parser.data();
      } else if (event == Event::PartEnd) {
        form.parts.back().ended = true;
      } else if (event == Event::End) {
        form.ended = true;
        break;
      } else {
        form.status = parser.error().status;
        require(form.status != 0 && !parser.error().reason.empty());
        return form;
      }
    }
  }
  require((parser.finish() == Event::End) == form.ended);
  if (!form.ended) form.status = parser.error().status;
  return form;
}

std::string written_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') text += "%0A";
    if (c == '\r') text += "%0D";
    if (c != '\n' && c != '\r') text += c;
  }
  return text + '"';
}

std::string written(const Form& form) {
  std::string body;
  for (const Part& part : form.parts) {
    body += "--b\r\nContent-Disposition: form-data; name=" + written_name(part.name);
    if (part.file) body += "; filename=" + written_name(part.filename);
    body += "\r\n\r\n" + part.content + "\r\n";
  }
  return body + "--b--\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const Form whole = read(body, size + 1);
  const Form bytes = read(body, 1);
  const Form pieces = read(body, 5);
  // How much an error hides of what came before it does depend on the split; that there is one does not, but for the
  // form's size, which is looked at once a piece.
  require(whole.ended == bytes.ended && whole.ended == pieces.ended);
  if (whole.ended) require(whole.parts == bytes.parts && whole.parts == pieces.parts);

  require(whole.parts.size() <= limits.max_parts);
  for (const Part& part : whole.parts) {
    require(part.content.size() <= (part.file ? limits.max_file : limits.max_field));
    require(part.content.find("\r\n--b") == std::string::npos);
    const std::string safe = http::safe_file_name(part.filename);
    require(!safe.empty() && safe.size() <= http::longest_file_name && safe.front() != '.');
    require(safe.find_first_of("/\\") == std::string::npos && base::is_valid_utf8(safe));
    require(std::ranges::none_of(safe, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }));
  }
  if (whole.ended) {
    const std::string again = written(whole);
    // Escapes make a head longer, so that it may pass its limit.
    const Form second = read(again, again.size());
    if (second.status != 431 && second.status != 413) require(second.parts == whole.parts);
  }
  return 0;
}
