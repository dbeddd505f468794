#include "app/command_line.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "app/access_log.hpp"
#include "app/environment.hpp"
#include "app/exit_code.hpp"
#include "app/settings.hpp"
#include "http/forwarded.hpp"

namespace folio::app {

namespace {

bool is_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Where static files are, unless it was said: ./public, then beside the binary, then where the app was built.
std::string find_public_files(const AppInfo& info) {
  if (is_folder("public")) return "public";
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof(path));
  if (size > 0) {
    std::string beside(path, static_cast<std::size_t>(size));
    beside = beside.substr(0, beside.rfind('/')) + "/public";
    if (is_folder(beside)) return beside;
  }
  if (!info.public_files.empty() && is_folder(std::string(info.public_files))) return std::string(info.public_files);
  return {};
}

template <class Number>
bool parse_number(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

int wrong_use(const std::string& message) {
  fmt::print(stderr, "error: {}\n", message);
  return exit_wrong_use;
}

bool parse_switch(std::string_view text, bool& on) {
  if (text != "on" && text != "off") return false;
  on = text == "on";
  return true;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return parts;
}

// Makes identities of the lists of files, which belong together by their order. What is wrong with them; empty when
// nothing is.
std::string join_tls_files(TlsSettings& tls, const std::string& key_passphrase) {
  if (tls.keys.size() != tls.certificates.size()) {
    return fmt::format("there are {} --tls-cert and {} --tls-key: give one key for each certificate, in the same order",
                       tls.certificates.size(), tls.keys.size());
  }
  if (tls.ocsp.size() > tls.certificates.size()) {
    return "there are more --tls-ocsp than --tls-cert: give one for each certificate, in the same order, or - for none";
  }
  if (tls.certificates.empty() && !tls.client_authorities.empty()) {
    return "--tls-client-ca needs a certificate of the server's own: give --tls-cert and --tls-key";
  }
  for (std::size_t i = 0; i < tls.certificates.size(); ++i) {
    net::TlsIdentity identity;
    identity.certificate_file = tls.certificates[i];
    identity.key_file = tls.keys[i];
    identity.key_passphrase = key_passphrase;
    if (i < tls.ocsp.size() && tls.ocsp[i] != "-") identity.ocsp_file = tls.ocsp[i];
    tls.identities.push_back(std::move(identity));
  }
  if (!tls.client_authorities.empty()) {
    tls.client_check = tls.client_optional ? net::ClientCheck::Optional : net::ClientCheck::Required;
  } else if (tls.client_optional) {
    return "--tls-client-optional needs --tls-client-ca";
  }
  return {};
}

// Environment variables into the configuration; what is wrong with one, or nothing.
std::string apply(const Environment& environment, Config& config, std::string& key_passphrase) {
  const auto text = [&](const char* name, std::string& into) {
    if (auto value = environment.get(name)) into = *value;
  };
  const auto number = [&](const char* name, auto& into, const char* wanted) -> std::string {
    const auto value = environment.get(name);
    if (!value || parse_number(*value, into)) return {};
    return std::string(name) + " is '" + *value + "': give " + wanted;
  };
  text("HOST", config.host);
  text("LOG_LEVEL", config.log_level);
  text("PUBLIC", config.public_files);
  text("HEALTH", config.health_path);
  text("TAKEOVER", config.takeover_path);
  text("METRICS_LISTEN", config.metrics_listen);
  text("TLS_CLIENT_CA", config.tls.client_authorities);
  text("TLS_KEY_PASSPHRASE", key_passphrase);
  if (auto value = environment.get("TRUSTED_PROXIES")) config.trusted_proxies = split_at_commas(*value);
  if (auto value = environment.get("TLS_CERT")) config.tls.certificates = split_at_commas(*value);
  if (auto value = environment.get("TLS_KEY")) config.tls.keys = split_at_commas(*value);
  if (auto value = environment.get("TLS_OCSP")) config.tls.ocsp = split_at_commas(*value);
  if (auto value = environment.get("PROXY_PROTOCOL")) {
    if (*value != "0" && *value != "1") return "PROXY_PROTOCOL is '" + *value + "': give 1 or 0";
    config.proxy_protocol = *value == "1";
  }
  if (auto fault = number("PORT", config.port, "a number from 0 to 65535 (0: any free port)"); !fault.empty()) {
    return fault;
  }
  if (auto fault = number("THREADS", config.threads, "a number (0: one a core)"); !fault.empty()) return fault;
  return number("DRAIN_DELAY", config.drain_delay, "a number of seconds");
}

}  // namespace

std::optional<Config> read_command_line(int argc, char** argv, const AppInfo& info, int& code) {
  Config config;
  std::string fault;
  // The file comes first, so it is looked for among the arguments before they are read as a whole.
  std::string settings_file = "folio.toml";
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--config") settings_file = argv[i + 1];
  }
  if (settings_file != "folio.toml" && ::access(settings_file.c_str(), R_OK) != 0) {
    code = wrong_use("--config " + settings_file + ": " + std::strerror(errno));
    return std::nullopt;
  }
  if (!read_settings_file(settings_file, config, fault)) {
    code = wrong_use(fault);
    return std::nullopt;
  }
  const Environment environment = Environment::load(".env", fault);
  if (!fault.empty()) fmt::print(stderr, "warning: {}\n", fault);
  std::string key_passphrase;
  if (auto problem = apply(environment, config, key_passphrase); !problem.empty()) {
    code = wrong_use(problem);
    return std::nullopt;
  }

  CLI::App cli{std::string(info.name) + ", a Folio app. Flags go above the environment, that above ./.env, and that above ./folio.toml."};
  std::string access_log(environment.get("ACCESS_LOG").value_or(std::string(access_log_name(config.access_log))));
  std::string compress = environment.get("COMPRESS").value_or(config.compression.on ? "on" : "off");
  std::string request_id = environment.get("REQUEST_ID").value_or(config.send_request_id ? "on" : "off");
  bool print = false;
  cli.add_option("--config", settings_file, "File with settings, as --print-config prints them")->capture_default_str();
  cli.add_option("--host", config.host, "Address to listen on, :: for IPv6 and IPv4, or unix:PATH [HOST]")->capture_default_str();
  cli.add_option("--port", config.port, "Port to listen on; 0: any free one [PORT]")->capture_default_str();
  cli.add_option("--threads", config.threads, "Event loops; 0: one a core [THREADS]")
      ->capture_default_str()
      ->check(CLI::Range(0u, 1024u));
  cli.add_option("--log-level", config.log_level, "trace, debug, info, warn, error or off [LOG_LEVEL]")
      ->capture_default_str();
  cli.add_option("--public", config.public_files, "Folder with static files [PUBLIC]");
  cli.add_option("--socket-mode", config.socket_mode, "Permissions of a Unix-domain socket, octal")->capture_default_str();
  cli.add_option("--trusted-proxies", config.trusted_proxies,
                 "Proxies whose Forwarded and X-Forwarded-* are believed: addresses and networks [TRUSTED_PROXIES]")
      ->delimiter(',');
  cli.add_flag("--proxy-protocol", config.proxy_protocol,
               "Connections begin with a PROXY header; only behind a proxy that sends it [PROXY_PROTOCOL]");
  cli.add_option("--tls-cert", config.tls.certificates, "Certificate and its chain, PEM; may be repeated [TLS_CERT]");
  cli.add_option("--tls-key", config.tls.keys, "Its private key, PEM; once a certificate [TLS_KEY]");
  cli.add_option("--tls-ocsp", config.tls.ocsp, "Its OCSP response to staple, DER; - for none [TLS_OCSP]");
  cli.add_option("--tls-client-ca", config.tls.client_authorities,
                 "Clients must show a certificate of these authorities, PEM [TLS_CLIENT_CA]");
  cli.add_flag("--tls-client-optional", config.tls.client_optional, "They may also show none");
  cli.add_option("--health", config.health_path, "Path that answers 200, or 503 before the end [HEALTH]");
  cli.add_option("--drain-delay", config.drain_delay,
                 "Seconds from SIGTERM to the shutdown, while --health fails [DRAIN_DELAY]")
      ->capture_default_str();
  cli.add_option("--takeover", config.takeover_path,
                 "Unix-domain socket to take over from a running process, and to be taken over by [TAKEOVER]");
  cli.add_option("--access-log", access_log, "off, short, common (the Combined Log Format) or json [ACCESS_LOG]")
      ->capture_default_str();
  cli.add_option("--request-id", request_id, "on: responses carry X-Request-Id [REQUEST_ID]")->capture_default_str();
  cli.add_option("--metrics-listen", config.metrics_listen,
                 "Address that serves /metrics for Prometheus, such as 127.0.0.1:9100 [METRICS_LISTEN]");
  cli.add_option("--compress", compress, "off: responses are never compressed [COMPRESS]")->capture_default_str();
  cli.add_flag("--print-config", print, "Print every setting and limit, and exit");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& done) {
    code = cli.exit(done);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    code = wrong_use(std::string(error.what()) + "; --help lists the flags");
    return std::nullopt;
  }
  if (const std::string& mode = config.socket_mode;
      mode.empty() || mode.size() > 3 || mode.find_first_not_of("01234567") != std::string::npos) {
    code = wrong_use("--socket-mode " + mode + ": give octal digits, such as 660");
    return std::nullopt;
  }
  if (!parse_access_log(access_log, config.access_log)) {
    code = wrong_use("access log '" + access_log + "': choose off, short, common or json");
    return std::nullopt;
  }
  if (!parse_switch(compress, config.compression.on) || !parse_switch(request_id, config.send_request_id)) {
    code = wrong_use("--compress and --request-id are on or off, not '" + compress + "' and '" + request_id + "'");
    return std::nullopt;
  }
  if (auto proxies = http::TrustedProxies::parse(config.trusted_proxies);
      auto* wrong = std::get_if<std::string>(&proxies)) {
    code = wrong_use("trusted proxies: " + *wrong);
    return std::nullopt;
  }
  if (!config.health_path.empty() && !config.health_path.starts_with('/')) {
    code = wrong_use("--health " + config.health_path + ": a path begins with /");
    return std::nullopt;
  }
  if (auto problem = join_tls_files(config.tls, key_passphrase); !problem.empty()) {
    code = wrong_use(problem);
    return std::nullopt;
  }
  if (config.threads == 0) config.threads = std::max(1u, std::thread::hardware_concurrency());
  if (config.public_files.empty()) {
    config.public_files = find_public_files(info);
  } else if (!is_folder(config.public_files)) {
    code = wrong_use("--public " + config.public_files + ": there is no such folder");
    return std::nullopt;
  }
  if (print) {
    fmt::print("{}", print_settings(config));
    code = exit_done;
    return std::nullopt;
  }
  return config;
}

}  // namespace folio::app
