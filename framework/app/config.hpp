// Every limit and setting of a server: its name, unit, default and reason.
#pragma once

#include <folio/websocket_options.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "http/limits.hpp"

namespace folio::app {

struct SocketLimits {
  // Bytes of a message, over all of its fragments and after decompression. Past it: closed with 1009.
  std::uint64_t max_message = 16 * 1024 * 1024;
  // Bytes that incomplete messages of all connections of a loop may take, where those up to large_message of each do not
  // count: so that many peers together cannot fill the memory with messages which they never end. A connection that
  // would take more is closed with 1013.
  std::size_t max_incomplete = 256 * 1024 * 1024;
  std::size_t large_message = 256 * 1024;
  // The same for routes that take messages in pieces, where it bounds no memory.
  std::uint64_t max_streamed = std::uint64_t{1} << 40;
  // Bytes that may wait toward a peer, headers included, before the slow-peer policy applies. Bounds what a peer that
  // does not read can occupy.
  std::size_t max_queue = 1024 * 1024;
  // What a message adds to the queue beyond its bytes: tiny messages are not free.
  std::size_t queue_overhead = 64;
  // Bytes of received messages that wait for the handler before reading from the peer stops.
  std::size_t max_inbound = 64 * 1024;
  // permessage-deflate: see WsCompression. Bytes from which on a message is compressed, since small ones gain little;
  // and zlib's level, of which the higher ones cost far more time than they save bytes.
  WsCompression compression = WsCompression::Shared;
  std::size_t compress_from = 512;
  int compression_level = 1;
  // Seconds of silence after which a ping is sent, and after which the connection is given up.
  std::uint32_t ping_after = 30;
  std::uint32_t idle_timeout = 75;
  // Seconds that a peer has to answer a Close frame.
  std::uint32_t close_timeout = 5;
  // Seconds that a handler has to end once its connection is gone; then it is aborted where it waits. It is woken from
  // what it awaits of the connection at once: this is for one that waits for something else.
  std::uint32_t handler_timeout = 10;
};

// The form of the access log's lines, see app/access_log.hpp.
enum class AccessLog : std::uint8_t { Off, Short, Common, Json };

// Compression of responses, see app/compression.hpp.
struct ResponseCompression {
  bool on = true;
  // Bytes from which on a body is compressed: a smaller one fits into the packet that its head needs anyway.
  std::size_t from = 1024;
  // Bytes up to which it is done on the loop, where it takes less than a millisecond; a larger body goes to the thread
  // pool, which costs a switch of threads.
  std::size_t on_loop = 64 * 1024;
  // Bytes up to which it is done at all: bounds what one request costs in time (about 0.1 s) and memory.
  std::size_t up_to = 8 * 1024 * 1024;
  // Each coding's level, chosen by measurement (docs/compression.md): they come to the same size, within some percent.
  int zstd_level = 3;
  int brotli_level = 3;
  int gzip_level = 4;
};

struct Config {
  std::string host = "0.0.0.0";
  std::uint16_t port = 5000;
  // Event loops, each on a thread of its own; 0: one a core.
  unsigned threads = 0;
  std::string log_level = "info";  // trace, debug, info, warn, error, off
  AccessLog access_log = AccessLog::Short;
  // Bytes of a client's field, or of a target, in a line of the access log; what is longer is cut off there: so that a
  // client cannot make lines longer than they are of use.
  std::size_t max_log_field = 1024;
  // Whether responses carry X-Request-Id. Off: it is 35 bytes a response, which few clients look at.
  bool send_request_id = false;
  // `address:port` where metrics are served, see app/metrics_server.hpp; empty: nowhere.
  std::string metrics_listen;
  // Connections of that address at once: a few scrapers, and a limit for whoever else gets there.
  std::size_t max_metrics_connections = 16;
  // The folder with static files; empty: none.
  std::string public_files;
  // Whether files come and go while the server runs, as in development.
  bool public_files_change = false;

  http::Limits http;
  SocketLimits socket;
  ResponseCompression compression;
  // Origins besides its own that may open WebSockets here (see ws/origin.hpp); `*` for all.
  std::vector<std::string> allowed_origins;

  // Seconds. A whole head must arrive within head_timeout of its first byte (or of the connection's start), and a body
  // must go on within body_timeout: slow-drip clients do not hold connections.
  std::uint32_t head_timeout = 15;
  std::uint32_t body_timeout = 30;
  // A connection between requests is closed after this.
  std::uint32_t keep_alive_timeout = 75;
  // A peer that takes nothing of what we send for this long is dropped.
  std::uint32_t write_timeout = 30;
  // After an answer that ends the connection, how long the peer may still send before the socket is closed hard.
  std::uint32_t linger_timeout = 5;
  // At shutdown: how long requests in flight may take.
  std::uint32_t shutdown_timeout = 10;

  // Bytes of pipelined input that wait while a handler runs; past it reading stops until it is done.
  std::size_t max_pipelined = 64 * 1024;
  // Bytes of answers that wait for a client which does not read; past it no further request of its is looked at.
  std::size_t max_output = 1024 * 1024;
  // Connections of one loop; further ones are closed at once.
  std::size_t max_connections = 50'000;
  // Bytes of the largest static file that is served; it is read whole.
  std::size_t max_static_file = 64 * 1024 * 1024;
};

}  // namespace folio::app
