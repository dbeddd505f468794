#include "dev/console.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <folio/json.hpp>

#include <array>

namespace folio::dev {
namespace {

constexpr std::string_view kRed = "1;31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kCyan = "36";
constexpr std::string_view kDim = "2";
constexpr std::string_view kBold = "1";

// More rebuilt files than this are counted, not listed.
constexpr std::size_t kListedFiles = 6;

std::string member(std::string_view name, std::string_view value) {
  return ",\"" + std::string(name) + "\":" + to_json(value);
}
std::string member(std::string_view name, std::int64_t value) {
  return ",\"" + std::string(name) + "\":" + std::to_string(value);
}

std::string array_of(const std::vector<std::string>& values) {
  std::string text = "[";
  for (const auto& value : values) text += (text.size() == 1 ? "" : ",") + to_json(value);
  return text + "]";
}

std::string url_of(const std::string& scheme, const std::string& host, std::uint16_t port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  const bool is_usual = port == (scheme == "https" ? 443 : 80);
  return scheme + "://" + (is_v6 ? "[" + host + "]" : host) + (is_usual ? "" : ":" + std::to_string(port));
}

}  // namespace

Addresses addresses_of(const std::string& host, std::uint16_t port, const std::string& scheme) {
  const bool all = host.empty() || host == "0.0.0.0" || host == "::" || host == "*";
  Addresses addresses;
  if (!all) {
    const bool by_number = host == "::1" || host == "127.0.0.1";
    addresses.local = url_of(scheme, by_number ? "localhost" : host, port);
    return addresses;
  }
  addresses.local = url_of(scheme, "localhost", port);
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    if ((each->ifa_flags & IFF_LOOPBACK) != 0 || (each->ifa_flags & IFF_UP) == 0) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) == nullptr) continue;
    addresses.network.push_back(url_of(scheme, text.data(), port));
  }
  ::freeifaddrs(first);
  return addresses;
}

std::string duration_text(std::int64_t nanoseconds) {
  std::array<char, 32> text{};
  if (nanoseconds < 1'000'000) {
    static_cast<void>(std::snprintf(text.data(), text.size(), "%lldµs", static_cast<long long>(nanoseconds / 1000)));
  } else if (nanoseconds < 1'000'000'000) {
    static_cast<void>(std::snprintf(text.data(), text.size(), "%.1fms", static_cast<double>(nanoseconds) / 1e6));
  } else {
    static_cast<void>(std::snprintf(text.data(), text.size(), "%.2fs", static_cast<double>(nanoseconds) / 1e9));
  }
  return text.data();
}

std::string Console::ink(std::string_view code, std::string_view text) const {
  if (paint_ == Paint::Plain) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

void Console::line(std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), file_));
  static_cast<void>(std::fputc('\n', file_));
  static_cast<void>(std::fflush(file_));
}

// `json` is the members behind the first, each with a comma before it.
void Console::event(std::string_view json) {
  line("{\"event\":" + std::string(json) + "}");
}

void Console::listening(const Addresses& addresses, std::uint16_t port) {
  if (form_ == Form::Json) {
    event("\"listening\"" + member("url", addresses.local) + member("port", std::int64_t{port}) +
          ",\"network\":" + array_of(addresses.network));
  }
}

void Console::port_taken(std::uint16_t port, std::uint16_t next) {
  if (form_ == Form::Json) return event("\"port-taken\"" + member("port", std::int64_t{port}));
  line(ink(kYellow, "Port " + std::to_string(port) + " is taken, trying " + std::to_string(next) + "."));
}

void Console::banner(std::string_view version, const Addresses& addresses, std::chrono::milliseconds took,
                     std::string_view routes, bool keys) {
  if (form_ == Form::Json) return event("\"ready\"" + member("url", addresses.local) + member("ms", took.count()));
  line("");
  line("  " + ink(kBold, "Folio") + " " + ink(kGreen, version) + "  " +
       ink(kDim, "ready in " + std::to_string(took.count()) + " ms"));
  line("");
  urls(addresses);
  line("");
  table(routes);
  if (keys) line("  " + ink(kDim, "press ") + "h" + ink(kDim, " for help"));
  line("");
}

void Console::urls(const Addresses& addresses) {
  if (form_ == Form::Json) return;
  line("  " + ink(kBold, "Local") + "    " + ink(kCyan, addresses.local));
  for (const auto& url : addresses.network) line("  " + ink(kBold, "Network") + "  " + ink(kCyan, url));
}

void Console::table(std::string_view text) {
  if (form_ == Form::Json) return;
  while (!text.empty()) {
    const auto end = text.find('\n');
    line("  " + std::string(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  line("");
}

void Console::help() {
  if (form_ == Form::Json) return;
  for (const auto& [key, meaning] : {std::pair{"r", "rebuild and restart"},
                                     {"u", "show the URLs"},
                                     {"o", "open in the browser"},
                                     {"l", "list the routes"},
                                     {"c", "clear the screen"},
                                     {"q", "quit"}}) {
    line("  " + ink(kBold, key) + ink(kDim, std::string("  ") + meaning));
  }
}

void Console::live(const std::vector<RebuiltUnit>& rebuilt, const std::vector<std::string>& removed,
                   std::chrono::milliseconds took) {
  if (form_ == Form::Json) {
    std::vector<std::string> files;
    for (const auto& unit : rebuilt) files.push_back(unit.file);
    event("\"live\",\"files\":" + array_of(files) + ",\"removed\":" + array_of(removed) + member("ms", took.count()));
    return;
  }
  const std::string time = std::to_string(took.count()) + " ms";
  const std::string tick = ink(kGreen, "✓") + " ";
  if (rebuilt.size() == 1 && removed.empty()) {
    const auto& unit = rebuilt.front();
    line(tick + unit.file + " rebuilt in " + ink(kBold, time) +
         ink(kDim, " (compile " + std::to_string(unit.compile.count()) + ", link " + std::to_string(unit.link.count()) +
                       ")"));
    return;
  }
  if (rebuilt.empty() && removed.empty()) return line(tick + "up to date, in " + time);
  std::string names;
  std::size_t listed = 0;
  for (const auto& unit : rebuilt) {
    if (++listed <= kListedFiles) names += (names.empty() ? "" : ", ") + unit.file;
  }
  if (rebuilt.size() > kListedFiles) names += " and " + std::to_string(rebuilt.size() - kListedFiles) + " more";
  if (!rebuilt.empty()) line(tick + names + " rebuilt in " + ink(kBold, time));
  for (const auto& file : removed) line(tick + file + " removed" + (rebuilt.empty() ? " in " + time : ""));
}

void Console::failed(const std::vector<Diagnostic>& diagnostics) {
  if (form_ == Form::Json) {
    std::vector<std::string> texts;
    for (const auto& each : diagnostics) {
      if (each.severity == Severity::Error) {
        texts.push_back((each.place.file.empty() ? "" : each.place.text() + ": ") + each.message);
      }
    }
    return event("\"failed\",\"errors\":" + array_of(texts));
  }
  line("");
  line(render_text(diagnostics, paint_));
}

void Console::warnings(const std::vector<Diagnostic>& diagnostics) {
  if (diagnostics.empty() || form_ == Form::Json) return;
  line(render_text(diagnostics, paint_));
}

void Console::crashed(std::string_view summary, const std::vector<Diagnostic>& diagnostics, std::string_view trace) {
  if (form_ == Form::Json) return event("\"crashed\"" + member("summary", summary) + member("trace", trace));
  line("");
  if (diagnostics.empty()) line(ink(kRed, summary));
  line(render_text(diagnostics, paint_));
  if (!trace.empty()) line(trace);
}

void Console::request(const ControlMessage& message) {
  if (form_ == Form::Json) {
    event("\"request\"" + member("method", message.method) + member("path", message.path) +
          member("status", std::int64_t{message.status}) + member("ns", message.nanoseconds) +
          member("route", message.route));
    return;
  }
  const auto colour = message.status >= 500 ? kRed : message.status >= 400 ? kYellow : kGreen;
  std::string text = message.method + " " + message.path + " " + ink(colour, std::to_string(message.status)) + " " +
                     ink(kDim, duration_text(message.nanoseconds));
  if (!message.route.empty()) text += ink(kDim, " → " + message.route);
  line(text);
}

void Console::static_changed(std::string_view path) {
  if (form_ == Form::Json) return event("\"static\"" + member("path", path));
  line(ink(kGreen, "✓") + " " + std::string(path) + " changed");
}

void Console::note(std::string_view text) {
  if (form_ == Form::Json) return event("\"note\"" + member("text", text));
  line(ink(kDim, text));
}

void Console::problem(std::string_view text) {
  if (form_ == Form::Json) return event("\"problem\"" + member("text", text));
  line(ink(kYellow, text));
}

void Console::clear() {
  if (form_ == Form::Text && paint_ == Paint::Colour) line("\x1b[2J\x1b[3J\x1b[H");
}

}  // namespace folio::dev
