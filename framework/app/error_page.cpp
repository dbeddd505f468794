#include "app/error_page.hpp"

#include "http/status.hpp"

namespace folio::app {

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string error_page(int status, std::string_view message) {
  const std::string code = std::to_string(status);
  const std::string title(http::reason_phrase(status));
  std::string page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + code + " " + title +
                     "</title><meta name=\"viewport\" content=\"width=device-width\"><style>"
                     ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-content:center;"
                     "text-align:center;font:1.1rem/1.5 system-ui,sans-serif;padding:2rem}"
                     "h1{font-size:4rem;margin:0;font-weight:650}p{margin:.3rem 0;opacity:.75;max-width:40rem}"
                     "</style></head><body><h1>" +
                     code + "</h1><p>" + title + "</p>";
  if (!message.empty()) page += "<p>" + escape_html(message) + "</p>";
  page += "</body></html>\n";
  return page;
}

}  // namespace folio::app
