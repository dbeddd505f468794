// Hot paths of the whole server: from the bytes that a connection reads to those that it writes, libuv included, the
// kernel not.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "count.hpp"
#include "requests.hpp"
#include "server.hpp"
#include "ws/deflate_contexts.hpp"
#include "ws/frame.hpp"
#include "ws/protocol.hpp"

namespace bench {

namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// As three_fields, for another path.
std::string get(std::string_view path) {
  return "GET " + std::string(path) + std::string(three_fields.substr(std::string_view("GET /").size()));
}

// As a browser asks, for another path.
std::string browsers_get(std::string_view path) {
  return "GET " + std::string(path) + std::string(browser.substr(browser.find(" HTTP/1.1")));
}

std::string post_json(std::string_view body) {
  return "POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// `pipelined` requests at a time, each of which is answered with 200 and `body`.
void count_requests(InProcessServer& server, const char* name, std::string_view request, std::string_view body,
                    std::size_t pipelined = 1) {
  Peer peer(server);
  server.turn_uncounted();
  const std::string sent = repeat(request, pipelined);
  // The first answer tells how long one is.
  peer.send(request);
  server.turn_uncounted();
  const std::string first(peer.receive_some());
  expect(first.starts_with("HTTP/1.1 200 ") && first.ends_with("\r\n\r\n" + std::string(body)), name,
         "is not answered with what it should be");
  const auto ask = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      peer.send(sent);
      server.turn();
      const std::string_view answers = peer.receive(first.size() * pipelined);
      expect(answers.size() == first.size() * pipelined && answers.ends_with(body), name, "is not answered whole");
    }
  };
  hot_path(name, pipelined > 1 ? 200 : 1000, ask, pipelined);
}

std::string client_frames(std::size_t size, std::size_t count) {
  const folio::ws::MaskKey key = folio::ws::load_mask_key("\x01\x02\x03\x04");
  std::string masked(size, 'x');
  folio::ws::apply_mask(masked.data(), size, key);
  char header[folio::ws::max_header_size];
  std::string frame(header,
                    folio::ws::write_client_header(header, folio::ws::first_byte(folio::ws::Opcode::Text), size, key));
  return repeat(frame + masked, count);
}

std::string server_frames(std::size_t size, std::size_t count) {
  char header[folio::ws::max_header_size];
  std::string frame(header,
                    folio::ws::write_server_header(header, folio::ws::first_byte(folio::ws::Opcode::Text), size));
  return repeat(frame.append(size, 'x'), count);
}

// `in_flight` messages at a time.
void count_echo(InProcessServer& server, const char* name, std::size_t size, std::size_t in_flight) {
  Peer peer(server);
  peer.upgrade("/ws/echo");
  const std::string sent = client_frames(size, in_flight);
  const std::string expected = server_frames(size, in_flight);
  const auto echo = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      peer.send(sent);
      server.turn();
      expect(peer.receive(expected.size()) == expected, name, "comes back as something else");
    }
  };
  hot_path(name, size > 1024 ? 100 : 1000 / in_flight, echo, in_flight);
}

// One message at a time, compressed both ways.
void count_compressed_echo(InProcessServer& server, const char* name, std::size_t size) {
  Peer peer(server);
  peer.upgrade("/ws/deflate", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  folio::ws::DeflateContexts contexts;
  folio::ws::Options options;
  options.deflate = folio::ws::DeflateParameters{.server_no_context_takeover = true, .client_no_context_takeover = true};
  options.deflate_contexts = &contexts;
  folio::ws::Protocol client(folio::ws::Role::Client, options);
  std::string message;
  while (message.size() < size) message += "the quick brown fox " + std::to_string(message.size()) + ", ";
  message.resize(size);
  const auto echo = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      folio::base::Buffer sent;
      expect(client.send(folio::ws::Opcode::Text, message, sent), name, "cannot be sent");
      peer.send(sent.view());
      server.turn();
      std::string received(peer.receive_some());
      std::span<char> input(received);
      folio::base::Buffer replies;
      expect(client.receive(input, replies).payload == message, name, "comes back as something else");
    }
  };
  hot_path(name, 200, echo);
}

// A guest joins a room, hears what is said there, and goes.
void count_guests(InProcessServer& server, const char* name) {
  const std::string sent = client_frames(32, 1);
  const std::string expected = server_frames(32, 1);
  const std::string request = upgrade_request("/ws/room/guests");
  hot_path(name, 300, [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Peer peer = [&] {
        const Counted counted;
        return Peer(server);
      }();
      peer.send(request);
      server.turn();
      expect(peer.receive_some().starts_with("HTTP/1.1 101 "), name, "is refused");
      peer.send(sent);
      server.turn();
      expect(peer.receive_some() == expected, name, "is not heard");
      { const Peer ended = std::move(peer); }
      server.turn();
    }
  });
}

// A room of 500, in which one says `in_flight` messages at a time. Counts deliveries.
void count_room(InProcessServer& server, const char* name, std::size_t in_flight) {
  constexpr std::size_t members = 500;
  std::vector<Peer> peers;
  peers.reserve(members);
  for (std::size_t i = 0; i < members; ++i) peers.emplace_back(server).upgrade("/ws/room/" + std::to_string(in_flight));
  const std::string sent = client_frames(32, in_flight);
  const std::string expected = server_frames(32, in_flight);
  const auto say = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      peers[i % members].send(sent);
      server.turn();
      for (Peer& peer : peers) {
        expect(peer.receive(expected.size()) == expected, name, "does not reach all members");
      }
    }
  };
  hot_path(name, 10, say, members * in_flight);
}

// Fewer seconds than after which pings are sent. Counts connections.
void count_sweep(InProcessServer& server, const char* name) {
  constexpr std::size_t sockets = 500;
  std::vector<Peer> peers;
  peers.reserve(sockets);
  for (std::size_t i = 0; i < sockets; ++i) peers.emplace_back(server).upgrade("/ws/echo");
  const auto pass = [&](std::size_t seconds) {
    for (std::size_t i = 0; i < seconds; ++i) server.sweep();
  };
  hot_path(name, 10, pass, sockets);
}

// A connection from its beginning to its end, with one request.
void count_connections(InProcessServer& server, const char* name) {
  hot_path(name, 300, [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Peer peer = [&] {
        const Counted counted;
        return Peer(server);
      }();
      peer.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      server.turn();
      expect(peer.receive_some().ends_with("Hello, World!"), name, "is not answered");
      { const Peer ended = std::move(peer); }
      server.turn();
    }
  });
}

void count_upgrades(InProcessServer& server, const char* name) {
  const std::string request = upgrade_request("/ws/echo");
  hot_path(name, 300, [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      {
        Peer peer(server);
        server.turn_uncounted();
        peer.send(request);
        server.turn();
        expect(peer.receive(4096).starts_with("HTTP/1.1 101 "), name, "is refused");
      }
      server.turn_uncounted();
    }
  });
}

}  // namespace

void count_server() {
  InProcessServer server;
  constexpr std::string_view user = R"({"id":1234567,"name":"Ada Lovelace","roles":["author","admin"],"active":true})";
  const std::string upload =
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 1024\r\n\r\n" +
      std::string(1024, 'x');
  count_requests(server, "server: plaintext", three_fields, "Hello, World!");
  count_requests(server, "server: plaintext, pipelined x16", three_fields, "Hello, World!", 16);
  count_requests(server, "server: /users/[id]", get("/users/1234567"), "1234567");
  count_requests(server, "server: JSON", get("/json"), R"({"message":"Hello, World!"})");
  count_requests(server, "server: POST of 1 KiB", upload, "1024");
  count_requests(server, "server: POST of JSON", post_json(user), user);
  count_requests(server, "server: /users/[id], for a browser", browsers_get("/users/1234567"), "1234567");
  count_requests(server, "server: file of 4 KiB", get("/file.txt"), std::string(InProcessServer::file_size, 'x'));
  count_connections(server, "server: connection with one request");
  count_upgrades(server, "server: upgrade");
  count_echo(server, "server: ws echo 32 B", 32, 1);
  count_echo(server, "server: ws echo 32 B, 16 in flight", 32, 16);
  count_echo(server, "server: ws echo 16 KiB", 16 * 1024, 1);
  count_compressed_echo(server, "server: ws echo 1 KiB, compressed", 1024);
  count_guests(server, "server: a guest in a room");
  count_room(server, "server: delivery in a room of 500", 1);
  count_room(server, "server: delivery in a room of 500, 16 in flight", 16);
  count_sweep(server, "server: look at the deadlines of an idle WebSocket");
}

}  // namespace bench
