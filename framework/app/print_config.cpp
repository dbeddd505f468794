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

std::string files_of(const TlsSettings& tls, std::string net::TlsIdentity::*file) {
  std::string text;
  for (const auto& identity : tls.identities) text += (text.empty() ? "\"" : ", \"") + identity.*file + '"';
  return text;
}

}  // namespace

void print_config(const Config& config) {
  fmt::print(
      "host = \"{}\"\nport = {}\nthreads = {}\nlog_level = \"{}\"\npublic = \"{}\"\n"
      "socket_mode = 0o{:o}\nproxy_protocol = {}\nhealth = \"{}\"\ndrain_delay = {}\ntakeover = \"{}\"\n"
      "takeover_delay = {}\n\n"
      "[tls]\ncertificates = [{}]\nkeys = [{}]\nocsp = [{}]\nclient_check = \"{}\"\nclient_ca = \"{}\"\n"
      "handshake_timeout = {}\nmax_handshakes = {}\nticket_rotation = {}\ncheck_interval = {}\n\n"
      "[http]\nmax_target = {}\nmax_head = {}\nmax_fields = {}\nmax_body = {}\nmax_chunk_overhead = {}\n"
      "max_trailers = {}\nmax_pipelined = {}\nmax_output = {}\nmax_connections = {}\nmax_static_file = {}\nhead_timeout = {}\n"
      "body_timeout = {}\nkeep_alive_timeout = {}\nwrite_timeout = {}\nlinger_timeout = {}\nshutdown_timeout = {}\n\n"
      "[websocket]\nmax_message = {}\nmax_incomplete = {}\nlarge_message = {}\nmax_streamed = {}\nmax_queue = {}\nqueue_overhead = {}\nmax_inbound = {}\n"
      "compression = \"{}\"\ncompress_from = {}\ncompression_level = {}\nping_after = {}\nidle_timeout = {}\n"
      "close_timeout = {}\nhandler_timeout = {}\n",
      config.host, config.port, config.threads, config.log_level, config.public_files,
      config.socket_mode, config.proxy_protocol, config.health_path, config.drain_delay, config.takeover_path,
      config.takeover_delay, files_of(config.tls, &net::TlsIdentity::certificate_file),
      files_of(config.tls, &net::TlsIdentity::key_file), files_of(config.tls, &net::TlsIdentity::ocsp_file),
      spelled(config.tls.client_check), config.tls.client_authorities, config.tls.handshake_timeout,
      config.tls.max_handshakes, config.tls.ticket_rotation, config.tls.check_interval, config.http.max_target,
      config.http.max_head, config.http.max_fields, config.http.max_body, config.http.max_chunk_overhead,
      config.http.max_trailers, config.max_pipelined, config.max_output, config.max_connections, config.max_static_file,
      config.head_timeout, config.body_timeout, config.keep_alive_timeout, config.write_timeout, config.linger_timeout,
      config.shutdown_timeout, config.socket.max_message, config.socket.max_incomplete, config.socket.large_message, config.socket.max_streamed,
      config.socket.max_queue, config.socket.queue_overhead, config.socket.max_inbound,
      spelled(config.socket.compression), config.socket.compress_from, config.socket.compression_level,
      config.socket.ping_after, config.socket.idle_timeout, config.socket.close_timeout, config.socket.handler_timeout);
}

}  // namespace folio::app
