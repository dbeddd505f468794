// The names of all settings, in the order in which they are printed. A member of Config that is not here cannot be set
// and is not shown.
#pragma once

#include <string_view>

#include "app/config.hpp"

namespace folio::app {

// Calls visit(section, name, member) for each; settings of the empty section come first. `C`: Config, or const Config.
template <class C, class Visitor>
void visit_settings(C& config, Visitor&& visit) {
  visit("", "host", config.host);
  visit("", "port", config.port);
  visit("", "socket_mode", config.socket_mode);
  visit("", "threads", config.threads);
  visit("", "log_level", config.log_level);
  visit("", "public", config.public_files);
  visit("", "trusted_proxies", config.trusted_proxies);
  visit("", "temporary_folder", config.temporary_folder);
  visit("", "max_connections", config.max_connections);
  visit("", "max_connections_per_address", config.max_connections_per_address);
  visit("", "proxy_protocol", config.proxy_protocol);
  visit("", "health", config.health_path);
  visit("", "drain_delay", config.drain_delay);
  visit("", "shutdown_timeout", config.shutdown_timeout);
  visit("", "takeover", config.takeover_path);
  visit("", "takeover_delay", config.takeover_delay);

  visit("tls", "certificates", config.tls.certificates);
  visit("tls", "keys", config.tls.keys);
  visit("tls", "ocsp", config.tls.ocsp);
  visit("tls", "client_ca", config.tls.client_authorities);
  visit("tls", "client_optional", config.tls.client_optional);
  visit("tls", "handshake_timeout", config.tls.handshake_timeout);
  visit("tls", "max_handshakes", config.tls.max_handshakes);
  visit("tls", "ticket_rotation", config.tls.ticket_rotation);
  visit("tls", "check_interval", config.tls.check_interval);

  visit("observe", "access_log", config.access_log);
  visit("observe", "max_log_field", config.max_log_field);
  visit("observe", "request_id", config.send_request_id);
  visit("observe", "metrics_listen", config.metrics_listen);
  visit("observe", "max_metrics_connections", config.max_metrics_connections);

  visit("compression", "on", config.compression.on);
  visit("compression", "from", config.compression.from);
  visit("compression", "on_loop", config.compression.on_loop);
  visit("compression", "up_to", config.compression.up_to);
  visit("compression", "zstd_level", config.compression.zstd_level);
  visit("compression", "brotli_level", config.compression.brotli_level);
  visit("compression", "gzip_level", config.compression.gzip_level);

  visit("http", "max_target", config.http.max_target);
  visit("http", "max_head", config.http.max_head);
  visit("http", "max_fields", config.http.max_fields);
  visit("http", "max_body", config.http.max_body);
  visit("http", "max_chunk_overhead", config.http.max_chunk_overhead);
  visit("http", "max_trailers", config.http.max_trailers);
  visit("http", "max_body_buffer", config.max_body_buffer);
  visit("http", "max_streamed_body", config.max_streamed_body);
  visit("http", "max_stream_output", config.max_stream_output);
  visit("http", "max_pipelined", config.max_pipelined);
  visit("http", "max_output", config.max_output);
  visit("http", "max_open_files", config.max_open_files);
  visit("http", "file_recheck", config.file_recheck);
  visit("http", "max_ranges", config.max_ranges);
  visit("http", "head_timeout", config.head_timeout);
  visit("http", "head_grace", config.head_grace);
  visit("http", "min_head_rate", config.min_head_rate);
  visit("http", "body_timeout", config.body_timeout);
  visit("http", "body_grace", config.body_grace);
  visit("http", "min_body_rate", config.min_body_rate);
  visit("http", "keep_alive_timeout", config.keep_alive_timeout);
  visit("http", "write_timeout", config.write_timeout);
  visit("http", "linger_timeout", config.linger_timeout);
  visit("http", "event_heartbeat", config.event_heartbeat);

  visit("multipart", "max_parts", config.multipart.max_parts);
  visit("multipart", "max_part_head", config.multipart.max_part_head);
  visit("multipart", "max_field", config.multipart.max_field);
  visit("multipart", "max_fields", config.multipart.max_fields);
  visit("multipart", "max_file", config.multipart.max_file);
  visit("multipart", "max_form", config.multipart.max_form);

  visit("websocket", "allowed_origins", config.allowed_origins);
  visit("websocket", "max_message", config.socket.max_message);
  visit("websocket", "max_incomplete", config.socket.max_incomplete);
  visit("websocket", "large_message", config.socket.large_message);
  visit("websocket", "max_streamed", config.socket.max_streamed);
  visit("websocket", "max_queue", config.socket.max_queue);
  visit("websocket", "queue_overhead", config.socket.queue_overhead);
  visit("websocket", "max_inbound", config.socket.max_inbound);
  visit("websocket", "compression", config.socket.compression);
  visit("websocket", "compress_from", config.socket.compress_from);
  visit("websocket", "compression_level", config.socket.compression_level);
  visit("websocket", "ping_after", config.socket.ping_after);
  visit("websocket", "idle_timeout", config.socket.idle_timeout);
  visit("websocket", "close_timeout", config.socket.close_timeout);
  visit("websocket", "handler_timeout", config.socket.handler_timeout);
}

}  // namespace folio::app
