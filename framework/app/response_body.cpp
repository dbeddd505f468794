#include "app/response_body.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "core/file_body.hpp"

namespace folio::app {

void write_body(net::TcpConnection& tcp, Response& response) {
  if (response.file_body) {
    for (const detail::FileBody::Part& part : response.file_body->parts) {
      if (!part.text.empty()) tcp.output().append(part.text);
      if (part.file) tcp.write_file(part.file, part.offset, part.length);
    }
    return;
  }
  if (response.body.empty()) return;
  if (response.body.size() <= copied_body) {
    tcp.output().append(response.body);
  } else {
    tcp.write(std::make_shared<const std::string>(std::move(response.body)));
  }
}

}  // namespace folio::app
