// A load generator: keeps a number of operations in flight on each of many connections over epoll, checks every answer,
// and prints how many operations were done. One thread.
//
//     load PORT http PATH CONNECTIONS IN_FLIGHT SECONDS
//     load PORT echo BYTES CONNECTIONS IN_FLIGHT SECONDS [PATH]
//
// Prints one line: operations, seconds, and its own CPU seconds, so that it can be seen whether it was the bottleneck.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Connection {
  int fd = -1;
  std::string input;
  std::string output;
};

[[noreturn]] void die(const std::string& message) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  std::exit(1);
}

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) die("cannot connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

void send_blocking(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) die("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string read_head(int fd, std::string& rest) {
  char chunk[4096];
  for (;;) {
    const auto end = rest.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::string head = rest.substr(0, end + 4);
      rest.erase(0, end + 4);
      return head;
    }
    const ssize_t got = ::recv(fd, chunk, sizeof(chunk), 0);
    if (got <= 0) die("the server closed the connection");
    rest.append(chunk, static_cast<std::size_t>(got));
  }
}

std::string frame_of(char first, std::string_view payload, bool masked) {
  std::string frame(1, first);
  const char mask_bit = masked ? static_cast<char>(0x80) : '\0';
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size() | static_cast<unsigned char>(mask_bit));
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(126 | static_cast<unsigned char>(mask_bit));
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size());
  } else {
    frame += static_cast<char>(127 | static_cast<unsigned char>(mask_bit));
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(payload.size() >> shift);
  }
  if (!masked) return frame.append(payload);
  const char key[4] = {0x11, 0x22, 0x33, 0x44};
  frame.append(key, 4);
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ key[i % 4]);
  return frame;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) die("usage: load PORT http PATH|echo BYTES CONNECTIONS IN_FLIGHT SECONDS [PATH]");
  const int port = std::atoi(argv[1]);
  const bool echo = std::string_view(argv[2]) == "echo";
  const auto connection_count = static_cast<std::size_t>(std::atoi(argv[4]));
  const auto in_flight = static_cast<std::size_t>(std::atoi(argv[5]));
  const double seconds = std::atof(argv[6]);

  std::string request;
  std::string expected;
  if (echo) {
    const std::string payload(static_cast<std::size_t>(std::atoi(argv[3])), 'e');
    request = frame_of(static_cast<char>(0x81), payload, true);
    expected = frame_of(static_cast<char>(0x81), payload, false);
  } else {
    request = std::string("GET ") + argv[3] + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n";
  }

  const int epoll = ::epoll_create1(0);
  std::vector<Connection> connections(connection_count);
  for (auto& connection : connections) {
    connection.fd = connect_to(port);
    if (echo) {
      const std::string path = argc > 7 ? argv[7] : "/";
      send_blocking(connection.fd, "GET " + path +
                                       " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      if (!read_head(connection.fd, connection.input).starts_with("HTTP/1.1 101")) die("the server did not upgrade");
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, connection.fd, &event);
  }
  if (!echo) {
    // The first answer is what all others are held against, but for the Date.
    std::string rest;
    send_blocking(connections[0].fd, request);
    std::string head = read_head(connections[0].fd, rest);
    if (!head.starts_with("HTTP/1.1 200")) die("the answer is not 200: " + head);
    const auto at = head.find("Content-Length: ");
    if (at == std::string::npos) die("the answer has no Content-Length");
    const auto length = static_cast<std::size_t>(std::atoi(head.c_str() + at + 16));
    char chunk[4096];
    while (rest.size() < length) {
      const ssize_t got = ::recv(connections[0].fd, chunk, sizeof(chunk), 0);
      if (got <= 0) die("the body was cut short");
      rest.append(chunk, static_cast<std::size_t>(got));
    }
    expected = head + rest;
  }
  const auto date = expected.find("Date: ");

  std::string batch;
  for (std::size_t i = 0; i < in_flight; ++i) batch += request;
  for (auto& connection : connections) send_blocking(connection.fd, batch);

  std::uint64_t operations = 0;
  const auto start = std::chrono::steady_clock::now();
  const auto end = start + std::chrono::duration<double>(seconds);
  std::vector<char> chunk(256 * 1024);
  std::vector<epoll_event> events(1024);
  auto now = start;
  while (now < end) {
    const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const ssize_t got = ::recv(connection.fd, chunk.data(), chunk.size(), 0);
      if (got <= 0) die("the server closed a connection");
      std::string_view input(chunk.data(), static_cast<std::size_t>(got));
      if (!connection.input.empty()) {
        connection.input.append(input);
        input = connection.input;
      }
      std::size_t done = 0;
      while (input.size() >= expected.size()) {
        const bool same = date == std::string::npos
                              ? std::memcmp(input.data(), expected.data(), expected.size()) == 0
                              : std::memcmp(input.data(), expected.data(), date) == 0 &&
                                    std::memcmp(input.data() + date + 35, expected.data() + date + 35,
                                                expected.size() - date - 35) == 0;
        if (!same) die("a wrong answer: " + std::string(input.substr(0, expected.size())));
        input.remove_prefix(expected.size());
        ++done;
      }
      connection.input = std::string(input);
      operations += done;
      batch.clear();
      for (std::size_t k = 0; k < done; ++k) batch += request;
      if (!batch.empty()) send_blocking(connection.fd, batch);
    }
    now = std::chrono::steady_clock::now();
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  std::printf("%llu %.3f %.3f\n", static_cast<unsigned long long>(operations),
              std::chrono::duration<double>(now - start).count(), cpu);
  return 0;
}
