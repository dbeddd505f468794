// Every limit and setting of a server: its name, unit, default and reason.
#pragma once

#include <folio/websocket_options.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "http/limits.hpp"
#include "http/multipart_limits.hpp"
#include "net/tls_context.hpp"

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

// TLS of the server's own. Without a certificate it speaks HTTP in clear.
struct TlsSettings {
  // Files: certificates, for each its key and, if it is to be stapled, its OCSP response (`-`: none), in the same order.
  // The first is for names that no other has.
  std::vector<std::string> certificates;
  std::vector<std::string> keys;
  std::vector<std::string> ocsp;
  // The PEM file with the authorities that have to have signed clients' certificates; empty: clients show none. And
  // whether a client may show none even so.
  std::string client_authorities;
  bool client_optional = false;
  // What a program makes of these, and what the server looks at.
  std::vector<net::TlsIdentity> identities;
  net::ClientCheck client_check = net::ClientCheck::None;
  // Seconds from the connection's start until a PROXY header and the handshake have to be done; and how many
  // connections of a loop may be that far at a time, each of which takes some 50 KiB: one more, and the oldest of them
  // is closed, which has had the most time.
  std::uint32_t handshake_timeout = 10;
  std::size_t max_handshakes = 1000;
  // Seconds after which tickets are made with a new key; a ticket can be used for at least twice as long.
  std::uint32_t ticket_rotation = 12 * 60 * 60;
  // Seconds between looks at the files, so that renewed certificates are taken without being told.
  std::uint32_t check_interval = 10;
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
  // An address, a name of this machine, or `unix:PATH` for a Unix-domain socket. `::` serves IPv4 as well.
  std::string host = "0.0.0.0";
  std::uint16_t port = 5000;
  // The permissions of the Unix-domain socket: its owner and its group may connect.
  std::string socket_mode = "660";
  // Whether each connection begins with a PROXY header (http/proxy_header.hpp), which says who the client is. Only for
  // servers that nobody but the proxy can reach: anybody else could call himself what he likes.
  bool proxy_protocol = false;
  TlsSettings tls;
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
  // Forms with files: see http/multipart.hpp.
  http::MultipartLimits multipart;
  // The folder in which files of forms lie while their handler runs; empty: TMPDIR, or else /tmp.
  std::string temporary_folder;
  // Addresses and networks of proxies (`10.0.0.0/8`, `::1`) whose Forwarded and X-Forwarded-* fields are believed.
  std::vector<std::string> trusted_proxies;
  SocketLimits socket;
  ResponseCompression compression;
  // Origins besides its own that may open WebSockets here (see ws/origin.hpp); `*` for all.
  std::vector<std::string> allowed_origins;

  // Seconds. A whole head must arrive within head_timeout of its first byte (or of the connection's start), and a body
  // must go on within body_timeout: slow-drip clients do not hold connections.
  std::uint32_t head_timeout = 15;
  std::uint32_t body_timeout = 30;
  // And neither may drip: once it has had its grace, in seconds, it has to have come at so many bytes a second since. Only
  // time in which the peer could send counts. 0: no such rate. Mobile links at their worst are some times as fast.
  std::uint32_t head_grace = 10;
  std::uint32_t min_head_rate = 500;
  std::uint32_t body_grace = 20;
  std::uint32_t min_body_rate = 500;
  // A connection between requests is closed after this.
  std::uint32_t keep_alive_timeout = 75;
  // A peer that takes nothing of what we send for this long is dropped.
  std::uint32_t write_timeout = 30;
  // After an answer that ends the connection, how long the peer may still send before the socket is closed hard.
  std::uint32_t linger_timeout = 5;
  // At shutdown: how long requests in flight may take.
  std::uint32_t shutdown_timeout = 10;
  // The path that answers 200, or 503 once the server is to stop; empty: none.
  std::string health_path;
  // Seconds between a SIGTERM and the shutdown, in which the health check fails, answers end their connections and
  // WebSockets are closed one after the other: a balancer needs as long to send its requests elsewhere.
  std::uint32_t drain_delay = 0;
  // The Unix-domain socket by which a new process takes over the listening sockets of this one; empty: none. See
  // docs/deployment.md.
  std::string takeover_path;
  // Seconds that connections have after that to send a request more, which is answered, before they are closed.
  std::uint32_t takeover_delay = 15;

  // Bytes of pipelined input that wait while a handler runs; past it reading stops until it is done.
  std::size_t max_pipelined = 64 * 1024;
  // Bytes of a body that is read as it arrives (BodyStream) and may be in memory before the client is held back.
  std::size_t max_body_buffer = 64 * 1024;
  // Bytes of such a body in all, unless its handler sets another limit. http.max_body is for those that are read whole.
  std::uint64_t max_streamed_body = std::uint64_t{1} << 30;
  // Bytes of a streamed response that wait for the client before its writer has to.
  std::size_t max_stream_output = 256 * 1024;
  // Seconds of silence of a stream of events after which a comment is sent.
  std::uint32_t event_heartbeat = 15;
  // Bytes of answers that wait for a client which does not read; past it no further request of its is looked at.
  std::size_t max_output = 1024 * 1024;
  // Connections of one loop; further ones are closed at once.
  std::size_t max_connections = 50'000;
  // Of these, so many from one address (IPv6: from one /64); further ones are closed at once. Half of all, so that no
  // single peer locks out the others, while a reverse proxy, behind which everybody has its address, has room. 0: any
  // number.
  std::size_t max_connections_per_address = 25'000;
  // Static files that are kept open between requests, compressed forms counted; the latest used ones. Opening one costs
  // ten times as much as finding it, and each takes a descriptor of the process.
  std::size_t max_open_files = 1024;
  // Seconds after which a file that is kept open is compared with what has its name: at most one look a second for each
  // hot file, and nobody notices that a new one is a second late.
  std::uint32_t file_recheck = 1;
  // Parts that one request may ask of a file; for more it gets the whole. Players and download managers ask for few.
  std::size_t max_ranges = 16;
};

}  // namespace folio::app
