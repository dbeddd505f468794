#include "dev/error_page.hpp"

#include <folio/json.hpp>

#include <algorithm>
#include <array>

#include "app/error_page.hpp"

namespace folio::dev {

using app::escape_html;

namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#f6f5f2;--card:#fff;--ink:#22211f;--soft:#6f6b64;--line:#e4e1da;--red:#c0392b;
--redbg:#fdf0ee;--blue:#1c5fb0;--code:#faf9f7}
@media(prefers-color-scheme:dark){:root{--bg:#141312;--card:#1d1c1a;--ink:#ece9e3;--soft:#99948a;--line:#33302c;
--red:#ff7b6b;--redbg:#3a1e1a;--blue:#86b7f7;--code:#171615}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
header{display:flex;align-items:baseline;gap:.75rem;margin-bottom:1.25rem}
h1{font-size:1.35rem;font-weight:650;margin:0;letter-spacing:-.01em}
.pill{background:var(--redbg);color:var(--red);border-radius:99px;padding:.1rem .7rem;font-size:.82rem;font-weight:600}
.mark{margin-left:auto;color:var(--soft);font-size:.82rem;letter-spacing:.04em}
article{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--red);border-radius:10px;
padding:1.1rem 1.25rem;margin:0 0 1rem;box-shadow:0 1px 2px rgb(0 0 0/.05)}
article.warning{border-left-color:#c9971c}
h2{font-size:1.02rem;font-weight:600;margin:0 0 .35rem;overflow-wrap:anywhere;white-space:pre-wrap}
h2 b{color:var(--red);font-weight:650}
.place{font:.86rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--blue);overflow-wrap:anywhere}
pre{font:.84rem/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--code);margin:.8rem 0 0;
border:1px solid var(--line);border-radius:7px;padding:.6rem 0;overflow-x:auto;tab-size:2}
pre span{display:block;padding:0 .9rem;white-space:pre;min-width:max-content}
pre i{font-style:normal;color:var(--soft);display:inline-block;min-width:3ch;margin-right:1.1rem;text-align:right;
user-select:none}
pre .at{background:var(--redbg)}
pre .caret{color:var(--red);font-weight:700;background:var(--redbg)}
ul{margin:.8rem 0 0;padding:0;list-style:none;color:var(--soft);font-size:.9rem}
li{overflow-wrap:anywhere}
details{margin-top:.8rem;color:var(--soft);font-size:.9rem}
summary{cursor:pointer}
.help{margin:.8rem 0 0;font-size:.92rem}
footer{color:var(--soft);font-size:.88rem;margin-top:1.5rem}
@media print{article{break-inside:avoid}}
)css";

std::string_view title_of(Trouble::Kind kind) {
  switch (kind) {
    case Trouble::Kind::Build:
      return "The app does not build";
    case Trouble::Kind::Crash:
    case Trouble::Kind::CrashLoop:
      return "The app crashed";
    case Trouble::Kind::Load:
      return "The app cannot be loaded";
  }
  return {};
}

std::string_view advice_of(Trouble::Kind kind) {
  switch (kind) {
    case Trouble::Kind::Build:
      return "Mend the file and save: this page goes away by itself. WebSockets that are open live on with the code "
             "they run.";
    case Trouble::Kind::Crash:
      return "The app is up again: reload to go on.";
    case Trouble::Kind::CrashLoop:
      return "It crashes every time, so it stays down for now. Mend the file and save: it is started again by itself.";
    case Trouble::Kind::Load:
      return "Mend the file and save: this page goes away by itself.";
  }
  return {};
}

std::string_view word_of(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  return {};
}

void add_frame(std::string& html, const Diagnostic& each) {
  if (each.frame.empty()) return;
  html += "<pre>";
  for (const auto& line : each.frame) {
    html += line.marked ? "<span class=at><i>" : "<span><i>";
    html += std::to_string(line.number) + "</i>" + escape_html(line.text) + "</span>";
    if (line.marked && each.caret != 0) {
      html += "<span class=caret><i></i>" + std::string(each.caret - 1, ' ') + "^</span>";
    }
  }
  html += "</pre>";
}

void add_article(std::string& html, const Diagnostic& each) {
  html += each.severity == Severity::Error ? "<article>" : "<article class=warning>";
  html += "<h2><b>" + std::string(word_of(each.severity));
  if (!each.code.empty()) html += "[" + escape_html(each.code) + "]";
  html += ":</b> " + escape_html(each.message) + "</h2>";
  if (!each.place.file.empty()) html += "<div class=place>" + escape_html(each.place.text()) + "</div>";
  for (const auto& other : each.others) html += "<div class=place>" + escape_html(other.text()) + "</div>";
  add_frame(html, each);
  // What the compiler says about the user's own files helps; the inside of a library is there for those who ask.
  std::string near;
  std::string far;
  for (const auto& note : each.notes) {
    std::string item = "<li>" + escape_html(note.message);
    if (!note.place.file.empty()) item += " <span class=place>" + escape_html(note.place.text()) + "</span>";
    (note.place.file.starts_with('/') ? far : near) += item + "</li>";
  }
  if (!near.empty()) html += "<ul>" + near + "</ul>";
  if (!far.empty()) html += "<details><summary>more from the compiler</summary><ul>" + far + "</ul></details>";
  if (!each.help.empty()) html += "<p class=help><b>help:</b> " + escape_html(each.help) + "</p>";
  html += "</article>";
}

std::string place_json(const Place& place) {
  return "{\"file\":" + to_json(place.file) + ",\"line\":" + std::to_string(place.line) +
         ",\"column\":" + std::to_string(place.column) + "}";
}

}  // namespace

std::string render_error_page(const Trouble& trouble) {
  std::string html =
      "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
      "<meta name=viewport content=\"width=device-width,initial-scale=1\"><title>";
  html += escape_html(title_of(trouble.kind));
  html += "</title><style>";
  html += kStyle;
  html += "</style></head><body data-folio-trouble=";
  html += trouble.kind == Trouble::Kind::Crash ? "crash" : "build";
  html += "><main><header><h1>";
  html += escape_html(title_of(trouble.kind));
  html += "</h1><span class=pill>" + escape_html(trouble.summary) + "</span><span class=mark>folio</span></header>";
  for (const auto& each : trouble.diagnostics) {
    if (each.severity == Severity::Error) add_article(html, each);
  }
  for (const auto& each : trouble.diagnostics) {
    if (each.severity != Severity::Error) add_article(html, each);
  }
  if (!trouble.trace.empty()) {
    html += "<article><h2>Where it happened</h2><pre>";
    std::string_view rest = trouble.trace;
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      html += "<span>" + escape_html(rest.substr(0, end)) + "</span>";
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    html += "</pre></article>";
  }
  html += "<footer>" + escape_html(advice_of(trouble.kind)) + "</footer></main>";
  html += client_tag(trouble.generation);
  html += "</body></html>\n";
  return html;
}

std::string render_error_json(const Trouble& trouble) {
  std::string json =
      "{\"type\":\"about:blank\",\"title\":" + to_json(title_of(trouble.kind)) + ",\"status\":500,\"detail\":";
  const auto first =
      std::ranges::find_if(trouble.diagnostics, [](const auto& each) { return each.severity == Severity::Error; });
  std::string detail = trouble.summary;
  if (first != trouble.diagnostics.end()) {
    detail = first->place.file.empty() ? first->message : first->place.text() + ": " + first->message;
  }
  json += to_json(detail) + ",\"errors\":[";
  bool comma = false;
  for (const auto& each : trouble.diagnostics) {
    if (comma) json += ",";
    comma = true;
    json += "{\"severity\":" + to_json(word_of(each.severity)) + ",\"code\":" + to_json(each.code) +
            ",\"message\":" + to_json(each.message) + ",\"file\":" + to_json(each.place.file) +
            ",\"line\":" + std::to_string(each.place.line) + ",\"column\":" + std::to_string(each.place.column);
    if (!each.help.empty()) json += ",\"help\":" + to_json(each.help);
    if (!each.others.empty()) {
      json += ",\"others\":[";
      for (std::size_t at = 0; at < each.others.size(); ++at) {
        if (at != 0) json += ",";
        json += place_json(each.others[at]);
      }
      json += "]";
    }
    json += "}";
  }
  json += "]";
  if (!trouble.trace.empty()) json += ",\"trace\":" + to_json(trouble.trace);
  return json + "}";
}

}  // namespace folio::dev
