// What `folio dev` shows: for people, or one JSON object a line for programs. Everything goes to standard output.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "dev/builder.hpp"
#include "dev/control.hpp"
#include "dev/diagnostic.hpp"

namespace folio::dev {

struct Addresses {
  std::string local;                 // http://localhost:5000
  std::vector<std::string> network;  // of this machine in its networks; empty when only it is listened to
};
[[nodiscard]] Addresses addresses_of(const std::string& host, std::uint16_t port, const std::string& scheme = "http");

class Console {
 public:
  enum class Form { Text, Json };
  Console(Form form, Paint paint, std::FILE* file) : form_(form), paint_(paint), file_(file) {}

  void listening(const Addresses& addresses, std::uint16_t port);
  void port_taken(std::uint16_t port, std::uint16_t next);
  // Once, when the first build has ended: name, addresses, and the route table.
  void banner(std::string_view version, const Addresses& addresses, std::chrono::milliseconds took,
              std::string_view table, bool keys);
  void urls(const Addresses& addresses);
  void help();
  void table(std::string_view text);
  // `took` counts from the save to the moment when the new code answers.
  void live(const std::vector<RebuiltUnit>& rebuilt, const std::vector<std::string>& removed,
            std::chrono::milliseconds took);
  void failed(const std::vector<Diagnostic>& diagnostics);
  void warnings(const std::vector<Diagnostic>& diagnostics);
  void crashed(std::string_view summary, const std::vector<Diagnostic>& diagnostics, std::string_view trace);
  void request(const ControlMessage& message);
  void static_changed(std::string_view path);
  void note(std::string_view text);
  void problem(std::string_view text);
  void clear();

 private:
  [[nodiscard]] std::string ink(std::string_view code, std::string_view text) const;
  void line(std::string_view text);
  void event(std::string_view json);

  Form form_;
  Paint paint_;
  std::FILE* file_;
};

// "1.2ms", "340µs", "2.5s".
[[nodiscard]] std::string duration_text(std::int64_t nanoseconds);

}  // namespace folio::dev
