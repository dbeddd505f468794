// Why a request was refused: the status to answer with, and a sentence that says what is wrong and how to mend it.
#pragma once

#include <string_view>

namespace folio::http {

struct ParseError {
  int status = 0;           // 400, 413, 414, 417, 431, 501 or 505; 0: no error
  std::string_view reason;  // static text, safe to send to the client
};

}  // namespace folio::http
