// TcpConnection under TLS against the programs s_client and s_server of OpenSSL.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "net/process.hpp"
#include "net_test.hpp"

using folio::net::Process;
using folio::test::Peer;
namespace fs = std::filesystem;

namespace {

class TlsForeignTest : public folio::test::NetTest {
 protected:
  TlsForeignTest() {
    std::string name = fs::temp_directory_path() / "folio-tls-XXXXXX";
    folder = ::mkdtemp(name.data());
    std::ofstream(folder / "certificate.pem") << folio::test::certificate().certificate_pem;
    std::ofstream(folder / "key.pem") << folio::test::certificate().key_pem;
  }
  ~TlsForeignTest() override { fs::remove_all(folder); }
  void SetUp() override {
    start("openssl version");
    ASSERT_TRUE(until([&] { return exited; }));
    ASSERT_TRUE(output.starts_with("OpenSSL")) << "there is no program `openssl` on this machine: " << output << errors;
    output.clear();
    exited = false;
  }

  void start(const std::string& command) {
    exited = false;
    const auto problem = process.start(
        {.arguments = {"sh", "-c", command},
         .folder = folder,
         .output = folio::net::ProcessOptions::Stream::Pipe,
         .errors = folio::net::ProcessOptions::Stream::Pipe},
        {[this](std::string_view text) { output += text; }, [this](std::string_view text) { errors += text; },
         [this](folio::net::ProcessExit) { exited = true; }});
    ASSERT_EQ(problem, "");
  }

  fs::path folder;
  Process process{loop.raw()};
  std::string output;
  std::string errors;
  bool exited = false;
};

TEST_F(TlsForeignTest, ServesSClient) {
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    output.clear();
    const auto port = listen(&folio::test::server_context(), [](Peer& peer) {
      peer.when_data = [&peer](std::span<char> bytes) {
        peer.received.append(bytes.data(), bytes.size());
        peer.tcp.output().append("answer to " + peer.received);
        peer.tcp.finish();
      };
    });
    start("echo question | openssl s_client -connect 127.0.0.1:" + std::to_string(port) + " " + version +
          " -quiet -CAfile certificate.pem -verify_return_error -verify_ip 127.0.0.1 -alpn h2,http/1.1");
    ASSERT_TRUE(until([&] { return exited; }));
    EXPECT_EQ(output, "answer to question\n") << errors;
    EXPECT_EQ(server->tcp.failure(), "");
  }
}

TEST_F(TlsForeignTest, LetsSClientResume) {
  const auto port = listen(&folio::test::server_context(), [](Peer& peer) {
    peer.when_data = [&peer](std::span<char>) {
      peer.tcp.output().append("answer\n");
      peer.tcp.finish();
    };
  });
  const auto command = "echo question | openssl s_client -connect 127.0.0.1:" + std::to_string(port) +
                       " -ign_eof -CAfile certificate.pem ";
  start(command + "-sess_out session.pem");
  ASSERT_TRUE(until([&] { return exited; }));
  EXPECT_NE(output.find("New, TLSv1.3"), std::string::npos) << output << errors;
  output.clear();
  start(command + "-sess_in session.pem");
  ASSERT_TRUE(until([&] { return exited; }));
  EXPECT_NE(output.find("Reused, TLSv1.3"), std::string::npos) << output << errors;
}

TEST_F(TlsForeignTest, TalksToSServer) {
  // Echoes each line backwards, and says where it listens.
  start("exec openssl s_server -accept 127.0.0.1:0 -cert certificate.pem -key key.pem -rev -alpn http/1.1");
  ASSERT_TRUE(until([&] { return output.find("ACCEPT 127.0.0.1:") != std::string::npos || exited; }));
  ASSERT_FALSE(exited) << errors;
  const auto at = output.find("ACCEPT 127.0.0.1:") + 17;
  ASSERT_TRUE(until([&] { return output.find('\n', at) != std::string::npos; }));
  Peer& client = make_peer();
  client.tcp.connect({.host = "localhost",
                      .port = static_cast<std::uint16_t>(std::stoi(output.substr(at))),
                      .tls = &folio::test::client_context()});
  ASSERT_TRUE(until([&] { return client.connected == 1 || client.closed; }));
  ASSERT_EQ(client.tcp.failure(), "");
  client.tcp.output().append("stressed\n");
  ASSERT_TRUE(until([&] { return client.received == "desserts\n"; }));
  client.tcp.finish();
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.tcp.failure(), "");
  process.kill(SIGTERM);
  ASSERT_TRUE(until([&] { return exited; }));
}

}  // namespace
