// The limit that Folio is measured against: a libuv server that does nothing but answer. It looks for the end of a
// request and for whole frames, and knows neither HTTP nor WebSocket beyond that. One thread.
//
//     bare_uv PORT
#include <openssl/evp.h>
#include <uv.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 13\r\n\r\nHello, World!";

struct Connection {
  uv_tcp_t tcp{};
  bool upgraded = false;
  std::string input;   // what is left of a read
  std::string output;  // what the kernel did not take
};

char receive_buffer[64 * 1024];
std::string cork;

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  unsigned char encoded[64];
  const int length = EVP_EncodeBlock(encoded, digest, static_cast<int>(size));
  return {reinterpret_cast<char*>(encoded), static_cast<std::size_t>(length)};
}

// Answers each request that is whole; gives what is left.
std::string_view serve_http(Connection& connection, std::string_view input) {
  for (;;) {
    const auto end = input.find("\r\n\r\n");
    if (end == std::string_view::npos) return input;
    const auto head = input.substr(0, end + 2);
    input.remove_prefix(end + 4);
    const auto key = head.find("Sec-WebSocket-Key: ");
    if (key == std::string_view::npos) {
      cork += answer;
      continue;
    }
    cork += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
            accept_key(head.substr(key + 19, 24)) + "\r\n\r\n";
    connection.upgraded = true;
    return input;
  }
}

// Echoes each frame that is whole, unmasked.
std::string_view serve_frames(std::string_view input) {
  while (input.size() >= 6) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(input[i])); };
    std::uint64_t length = byte(1) & 0x7f;
    std::size_t head = 2;
    if (length == 126) {
      if (input.size() < 8) return input;
      length = byte(2) << 8 | byte(3);
      head = 4;
    } else if (length == 127) {
      if (input.size() < 14) return input;
      length = 0;
      for (std::size_t i = 2; i < 10; ++i) length = length << 8 | byte(i);
      head = 10;
    }
    if (input.size() < head + 4 + length) return input;
    cork += input[0];
    if (head == 2) {
      cork += static_cast<char>(length);
    } else {
      cork.append(input.substr(1, head - 1));
      cork[cork.size() - head + 1] = static_cast<char>(head == 4 ? 126 : 127);
    }
    const char* key = input.data() + head;
    const char* payload = key + 4;
    const std::size_t at = cork.size();
    cork.append(payload, length);
    std::uint32_t word;
    std::memcpy(&word, key, 4);
    const std::uint64_t wide = static_cast<std::uint64_t>(word) << 32 | word;
    std::size_t i = 0;
    for (; i + 8 <= length; i += 8) {
      std::uint64_t chunk;
      std::memcpy(&chunk, cork.data() + at + i, 8);
      chunk ^= wide;
      std::memcpy(cork.data() + at + i, &chunk, 8);
    }
    for (; i < length; ++i) cork[at + i] = static_cast<char>(cork[at + i] ^ key[i % 4]);
    input.remove_prefix(head + 4 + length);
  }
  return input;
}

void send_all(Connection& connection) {
  if (!connection.output.empty()) {
    connection.output += cork;
    cork.clear();
    return;
  }
  uv_buf_t piece = uv_buf_init(cork.data(), static_cast<unsigned>(cork.size()));
  const int sent = uv_try_write(reinterpret_cast<uv_stream_t*>(&connection.tcp), &piece, 1);
  const std::size_t done = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  if (done < cork.size()) {
    connection.output = cork.substr(done);
    auto* request = new uv_write_t;
    request->data = &connection;
    piece = uv_buf_init(connection.output.data(), static_cast<unsigned>(connection.output.size()));
    uv_write(request, reinterpret_cast<uv_stream_t*>(&connection.tcp), &piece, 1, [](uv_write_t* write, int) {
      static_cast<Connection*>(write->data)->output.clear();
      delete write;
    });
  }
  cork.clear();
}

void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  auto& connection = *static_cast<Connection*>(stream->data);
  if (count < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream),
             [](uv_handle_t* handle) { delete static_cast<Connection*>(handle->data); });
    return;
  }
  std::string_view input(buffer->base, static_cast<std::size_t>(count));
  if (!connection.input.empty()) {
    connection.input.append(input);
    input = connection.input;
  }
  if (!connection.upgraded) input = serve_http(connection, input);
  if (connection.upgraded) input = serve_frames(input);
  connection.input = std::string(input);
  if (!cork.empty()) send_all(connection);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bare_uv PORT\n");
    return 2;
  }
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t listener;
  uv_tcp_init(loop, &listener);
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", std::atoi(argv[1]), &address);
  uv_tcp_bind(&listener, reinterpret_cast<sockaddr*>(&address), 0);
  const int status = uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 4096, [](uv_stream_t* server, int) {
    auto* connection = new Connection;
    uv_tcp_init(server->loop, &connection->tcp);
    connection->tcp.data = connection;
    uv_accept(server, reinterpret_cast<uv_stream_t*>(&connection->tcp));
    uv_tcp_nodelay(&connection->tcp, 1);
    uv_read_start(
        reinterpret_cast<uv_stream_t*>(&connection->tcp),
        [](uv_handle_t*, std::size_t, uv_buf_t* buffer) { *buffer = uv_buf_init(receive_buffer, sizeof(receive_buffer)); },
        on_read);
  });
  if (status != 0) {
    std::fprintf(stderr, "error: cannot listen on port %s: %s\n", argv[1], uv_strerror(status));
    return 1;
  }
  return uv_run(loop, UV_RUN_DEFAULT);
}
