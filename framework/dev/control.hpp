// What the supervisor and the program that serves say to each other: one JSON object a line, over a socket pair.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio::dev {

// The files that the serving program finds open: the listening socket and its end of the channel.
inline constexpr int kListenFile = 3;
inline constexpr int kControlFile = 4;

// Every message has all members; those that its type does not use are empty.
//
// | to the host | carries                                                                                        |
// |-------------|------------------------------------------------------------------------------------------------|
// | load        | generation, units (absolute paths, all of them): load what is new, and answer with these       |
// | building    | requests wait from now on                                                                      |
// | failed      | page, problem: what every request is answered with until the next load                         |
// | crashed     | page, problem: what the next navigation is shown, once                                          |
// | css, reload | path: a file below public/ changed                                                              |
// | stop        | code: end; open WebSockets are closed with it                                                   |
//
// | to the supervisor | carries                                                                                  |
// |-------------------|------------------------------------------------------------------------------------------|
// | listening         |                                                                                          |
// | loaded            | generation, loads: objects loaded since the start                                        |
// | load-failed       | generation, text                                                                         |
// | request           | method, path, status, nanoseconds, route                                                 |
struct ControlMessage {
  std::string type;
  std::uint64_t generation = 0;
  std::vector<std::string> units;
  std::string page;
  std::string problem;
  std::string text;
  std::string path;
  std::string method;
  std::string route;
  std::int64_t nanoseconds = 0;
  std::uint64_t loads = 0;
  int status = 0;
  int code = 0;
};

[[nodiscard]] std::string write_control(const ControlMessage& message);
// Empty for a line that is none.
[[nodiscard]] std::optional<ControlMessage> read_control(std::string_view line);

// What the host is told at its start, in its environment.
inline constexpr const char* kSessionVariable = "FOLIO_DEV_SESSION";  // names the run of `folio dev`
inline constexpr const char* kThreadsVariable = "FOLIO_DEV_THREADS";  // event loops; 0: one a core
inline constexpr const char* kSettingsVariable = "FOLIO_DEV_SETTINGS";  // the file with settings
inline constexpr const char* kPublicVariable = "FOLIO_DEV_PUBLIC";    // the folder of static files
inline constexpr const char* kCertificateVariable = "FOLIO_DEV_TLS_CERT";  // PEM files, for https; not set: http
inline constexpr const char* kKeyVariable = "FOLIO_DEV_TLS_KEY";
inline constexpr const char* kPlainVariable = "FOLIO_DEV_PLAIN";      // set: nothing is added to pages (tests)

}  // namespace folio::dev
