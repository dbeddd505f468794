// The benchmarks' server on libwebsockets: one protocol for HTTP and WebSocket, one write a writable callback, as its
// examples have it. Over libev, because its own loop polls all connections each time, and over libuv version 4.1 stalls
// when a compressed message is long. It aborts on sending an empty compressed message.
#include <libwebsockets.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options.hpp"

namespace {

using Bytes = unsigned char;

Options options;

// A message with the room before it that lws_write() wants for the header.
struct Message {
  std::vector<Bytes> bytes;
  lws_write_protocol kind;

  Message(std::string_view payload, bool is_binary)
      : bytes(LWS_PRE + payload.size()), kind(is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) {
    std::copy(payload.begin(), payload.end(), bytes.begin() + LWS_PRE);
  }
};

struct Room;

struct Member {
  std::string input;  // the message so far
  std::deque<std::shared_ptr<Message>> queue;
  Room* room = nullptr;  // null: an echo
};

struct Room {
  std::string name;
  std::vector<std::pair<lws*, Member*>> members;
};

std::map<std::string, Room, std::less<>> rooms;

// What lws keeps for each connection, zeroed at first.
struct Session {
  Bytes body[LWS_PRE + 128];  // of the HTTP response
  std::size_t body_size;
  std::size_t received;  // bytes of the upload
  Member* member;        // once it is a WebSocket
};

bool answer(lws* wsi, Session& session, unsigned status, const char* type, std::string_view body) {
  Bytes buffer[LWS_PRE + 1024];
  Bytes* const start = buffer + LWS_PRE;
  Bytes* at = start;
  Bytes* const end = buffer + sizeof buffer - 1;
  session.body_size = std::min(body.size(), sizeof session.body - LWS_PRE);
  std::memcpy(session.body + LWS_PRE, body.data(), session.body_size);
  const std::string& date = http_date();
  if (lws_add_http_common_headers(wsi, status, type, session.body_size, &at, end) != 0 ||
      lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_DATE, reinterpret_cast<const Bytes*>(date.data()),
                                   static_cast<int>(date.size()), &at, end) != 0 ||
      lws_finalize_write_http_header(wsi, start, &at, end) != 0) {
    return false;
  }
  lws_callback_on_writable(wsi);
  return true;
}

bool write_body(lws* wsi, Session& session) {
  if (lws_write(wsi, session.body + LWS_PRE, session.body_size, LWS_WRITE_HTTP_FINAL) < 0) return false;
  return lws_http_transaction_completed(wsi) == 0;
}

// By lws_serve_http_file(), because a mount sends no Date.
bool send_file(lws* wsi, std::string_view name) {
  Bytes buffer[256];
  Bytes* at = buffer;
  const std::string& date = http_date();
  if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_DATE, reinterpret_cast<const Bytes*>(date.data()),
                                   static_cast<int>(date.size()), &at, buffer + sizeof buffer) != 0) {
    return false;
  }
  const std::string path = options.folder + "/" + std::string(name);
  const int sent = lws_serve_http_file(wsi, path.c_str(), "application/octet-stream",
                                       reinterpret_cast<const char*>(buffer), static_cast<int>(at - buffer));
  return sent == 0 || (sent > 0 && lws_http_transaction_completed(wsi) == 0);
}

bool on_request(lws* wsi, Session& session, std::string_view path) {
  if (lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0) {  // answered when the body is there
    session.received = 0;
    return true;
  }
  if (path == "/") return answer(wsi, session, 200, "text/plain", "Hello, World!");
  if (path == "/json") return answer(wsi, session, 200, "application/json", R"({"message":"Hello, World!"})");
  if (path.starts_with("/users/")) return answer(wsi, session, 200, "text/plain", path.substr(7));
  if (path.starts_with("/static/") && path.find("..") == path.npos) return send_file(wsi, path.substr(8));
  return answer(wsi, session, 404, "text/plain", "not found");
}

std::string path_of(lws* wsi) {
  char path[256] = {};
  lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI);
  return path;
}

void on_open(lws* wsi, Session& session) {
  constexpr std::string_view prefix = "/ws/room/";
  const std::string path = path_of(wsi);
  session.member = new Member;
  if (!path.starts_with(prefix)) return;
  Room& room = rooms[path.substr(prefix.size())];
  room.name = path.substr(prefix.size());
  room.members.emplace_back(wsi, session.member);
  session.member->room = &room;
}

void on_close(Session& session) {
  Member* member = std::exchange(session.member, nullptr);
  if (member != nullptr && member->room != nullptr) {
    Room& room = *member->room;
    std::erase_if(room.members, [&](const auto& entry) { return entry.second == member; });
    if (room.members.empty()) rooms.erase(rooms.find(room.name));
  }
  delete member;
}

void on_message(lws* wsi, Member& member, std::string_view piece) {
  member.input += piece;
  if (lws_is_final_fragment(wsi) == 0) return;
  const auto message = std::make_shared<Message>(member.input, lws_frame_is_binary(wsi) != 0);
  member.input.clear();
  if (member.room == nullptr) {
    member.queue.push_back(message);
    lws_callback_on_writable(wsi);
    return;
  }
  for (auto& [other, to] : member.room->members) {
    to->queue.push_back(message);
    lws_callback_on_writable(other);
  }
}

bool on_writable(lws* wsi, Member& member) {
  if (member.queue.empty()) return true;
  const auto message = std::move(member.queue.front());
  member.queue.pop_front();
  const std::size_t size = message->bytes.size() - LWS_PRE;
  if (lws_write(wsi, message->bytes.data() + LWS_PRE, size, message->kind) < static_cast<int>(size)) return false;
  if (!member.queue.empty()) lws_callback_on_writable(wsi);
  return true;
}

int callback(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t size) {
  auto* session = static_cast<Session*>(user);
  const std::string_view input(static_cast<const char*>(in), in == nullptr ? 0 : size);
  bool alive = true;
  switch (reason) {
    case LWS_CALLBACK_HTTP:
      alive = on_request(wsi, *session, input);
      break;
    case LWS_CALLBACK_HTTP_BODY:
      session->received += size;
      break;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      alive = answer(wsi, *session, 200, "text/plain", std::to_string(session->received));
      break;
    case LWS_CALLBACK_HTTP_FILE_COMPLETION:
      alive = lws_http_transaction_completed(wsi) == 0;
      break;
    case LWS_CALLBACK_HTTP_WRITEABLE:
      alive = write_body(wsi, *session);
      break;
    case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY:
      return path_of(wsi) == "/ws/deflate" ? 0 : 1;
    case LWS_CALLBACK_ESTABLISHED:
      on_open(wsi, *session);
      break;
    case LWS_CALLBACK_RECEIVE:
      on_message(wsi, *session->member, input);
      break;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      alive = on_writable(wsi, *session->member);
      break;
    case LWS_CALLBACK_CLOSED:
      on_close(*session);
      break;
    default:
      return lws_callback_http_dummy(wsi, reason, user, in, size);
  }
  return alive ? 0 : -1;
}

const lws_protocols protocols[] = {{.name = "bench",
                                    .callback = callback,
                                    .per_session_data_size = sizeof(Session),
                                    .rx_buffer_size = 64 * 1024,
                                    .id = 0,
                                    .user = nullptr,
                                    .tx_packet_size = 0},
                                   {}};

const lws_extension extensions[] = {
    {"permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_max_window_bits"}, {}};

bool listen(lws_context* context, unsigned short port) {
  lws_context_creation_info info{};
  info.port = port;
  info.iface = "127.0.0.1";
  info.vhost_name = port == options.port ? "plain" : "tls";
  info.protocols = protocols;
  info.extensions = extensions;
  info.keepalive_timeout = 3600;
  if (port == options.tls_port) {
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.ssl_cert_filepath = options.cert.c_str();
    info.ssl_private_key_filepath = options.key.c_str();
  }
  return lws_create_vhost(context, &info) != nullptr;
}

}  // namespace

int main(int count, char** arguments) {
  options = parse_options(count, arguments);
  std::signal(SIGTERM, [](int) { std::_Exit(0); });
  lws_set_log_level(0, nullptr);  // it would fill a disk when it runs out of file descriptors
  lws_context_creation_info info{};
  info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBEV;
  if (options.tls_port != 0) info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info.pt_serv_buf_size = 64 * 1024;
  lws_context* context = lws_create_context(&info);
  if (context == nullptr || !listen(context, options.port) ||
      (options.tls_port != 0 && !listen(context, options.tls_port))) {
    std::fputs("error: libwebsockets cannot listen\n", stderr);
    return 1;
  }
  while (lws_service(context, 0) >= 0) {
  }
  lws_context_destroy(context);
}
