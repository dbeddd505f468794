#include "net/openssl.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

namespace folio::net::openssl {

namespace {

std::string explain(unsigned long error) {
  if (error == 0) return "unknown error";
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
    if (reason > SSL_AD_REASON_OFFSET) {
      return std::string("the peer refused with the alert \"") +
             SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET) + "\"";
    }
    if (reason == SSL_R_HTTP_REQUEST) return "the peer speaks HTTP without TLS";
    if (reason == SSL_R_WRONG_VERSION_NUMBER) return "the peer does not speak TLS (wrong version number)";
  }
  const char* text = ERR_reason_error_string(error);
  return text != nullptr ? text : "error " + std::to_string(error);
}

}  // namespace

Bio read_from(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string take_error() {
  const unsigned long first = ERR_get_error();
  ERR_clear_error();
  return explain(first);
}

}  // namespace folio::net::openssl
