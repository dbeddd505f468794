#include "app/print_config.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace folio::app {

namespace {

std::string_view spelled(WsCompression compression) {
  switch (compression) {
    case WsCompression::Off:
      return "off";
    case WsCompression::Shared:
      return "shared";
    case WsCompression::Dedicated:
      break;
  }
  return "dedicated";
}

std::string_view spelled(net::ClientCheck check) {
  switch (check) {
    case net::ClientCheck::None:
      return "none";
    case net::ClientCheck::Optional:
      return "optional";
    case net::ClientCheck::Required:
      break;
  }
  return "required";
}

template <class Value>
void print(std::string_view name, const Value& value) {
  fmt::print("{} = {}\n", name, value);
}

void print_text(std::string_view name, std::string_view text) {
  fmt::print("{} = \"{}\"\n", name, text);
}

void print_files(std::string_view name, const TlsSettings& tls, std::string net::TlsIdentity::*file) {
  std::string text;
  for (const auto& identity : tls.identities) text += (text.empty() ? "\"" : ", \"") + identity.*file + '"';
  fmt::print("{} = [{}]\n", name, text);
}

void print_table(std::string_view name) {
  fmt::print("\n[{}]\n", name);
}

}  // namespace

void print_config(const Config& config) {
  print_text("host", config.host);
  print("port", config.port);
  fmt::print("socket_mode = 0o{:o}\n", config.socket_mode);
  print("threads", config.threads);
  print_text("log_level", config.log_level);
  print_text("public", config.public_files);
  print("proxy_protocol", config.proxy_protocol);
  print_text("health", config.health_path);
  print("drain_delay", config.drain_delay);
  print("shutdown_timeout", config.shutdown_timeout);
  print_text("takeover", config.takeover_path);
  print("takeover_delay", config.takeover_delay);

  print_table("tls");
  print_files("certificates", config.tls, &net::TlsIdentity::certificate_file);
  print_files("keys", config.tls, &net::TlsIdentity::key_file);
  print_files("ocsp", config.tls, &net::TlsIdentity::ocsp_file);
  print_text("client_check", spelled(config.tls.client_check));
  print_text("client_ca", config.tls.client_authorities);
  print("handshake_timeout", config.tls.handshake_timeout);
  print("max_handshakes", config.tls.max_handshakes);
  print("ticket_rotation", config.tls.ticket_rotation);
  print("check_interval", config.tls.check_interval);

  print_table("http");
  print("max_target", config.http.max_target);
  print("max_head", config.http.max_head);
  print("max_fields", config.http.max_fields);
  print("max_body", config.http.max_body);
  print("max_chunk_overhead", config.http.max_chunk_overhead);
  print("max_trailers", config.http.max_trailers);
  print("max_pipelined", config.max_pipelined);
  print("max_output", config.max_output);
  print("max_connections", config.max_connections);
  print("max_static_file", config.max_static_file);
  print("max_body_buffer", config.max_body_buffer);
  print("max_streamed_body", config.max_streamed_body);
  print("max_stream_output", config.max_stream_output);
  print("event_heartbeat", config.event_heartbeat);
  print("head_timeout", config.head_timeout);
  print("body_timeout", config.body_timeout);
  print("keep_alive_timeout", config.keep_alive_timeout);
  print("write_timeout", config.write_timeout);
  print("linger_timeout", config.linger_timeout);

  const SocketLimits& socket = config.socket;
  print_table("websocket");
  print("max_message", socket.max_message);
  print("max_incomplete", socket.max_incomplete);
  print("large_message", socket.large_message);
  print("max_streamed", socket.max_streamed);
  print("max_queue", socket.max_queue);
  print("queue_overhead", socket.queue_overhead);
  print("max_inbound", socket.max_inbound);
  print_text("compression", spelled(socket.compression));
  print("compress_from", socket.compress_from);
  print("compression_level", socket.compression_level);
  print("ping_after", socket.ping_after);
  print("idle_timeout", socket.idle_timeout);
  print("close_timeout", socket.close_timeout);
  print("handler_timeout", socket.handler_timeout);
}

}  // namespace folio::app
