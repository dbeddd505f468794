// Files between bytes: in clear by the kernel, under TLS by reads. What a user sees is the same.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/tcp.hpp"
#include "net_test.hpp"

using folio::base::File;
using folio::test::client_context;
using folio::test::pattern;
using folio::test::Peer;
using folio::test::server_context;

namespace {

enum class Wire { Clear, Tls };

// A file that has no name any more.
class Temporary {
 public:
  explicit Temporary(std::string_view content) {
    char name[] = "/tmp/folio-file-XXXXXX";
    fd_ = ::mkostemp(name, O_CLOEXEC);
    EXPECT_GE(fd_, 0);
    ::unlink(name);
    while (!content.empty()) {
      const auto written = ::write(fd_, content.data(), content.size());
      if (written <= 0) {
        ADD_FAILURE() << "cannot write";
        break;
      }
      content.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void truncate(std::uint64_t size) const { EXPECT_EQ(::ftruncate(fd_, static_cast<off_t>(size)), 0); }
  // Holds the descriptor from now on.
  std::shared_ptr<const File> share() { return std::make_shared<const File>(fd_); }

 private:
  int fd_;
};

class TcpFileTest : public folio::test::NetTest, public ::testing::WithParamInterface<Wire> {
 protected:
  void join() {
    const bool tls = GetParam() == Wire::Tls;
    client = &connect(listen(tls ? &server_context() : nullptr), tls ? &client_context() : nullptr);
    ASSERT_TRUE(until([&] { return client->connected == 1 && server != nullptr && !server->tcp.opening(); }))
        << client->tcp.failure();
  }

  Peer* client = nullptr;
};

TEST_P(TcpFileTest, KeepsTheOrderOfFilesAndBytes) {
  join();
  const std::string content = pattern(700'001);
  Temporary temporary(content);
  const auto file = temporary.share();
  const auto shared = std::make_shared<const std::string>(pattern(5000));
  std::string expected;
  std::uint64_t offset = 0;
  for (const std::uint64_t length :
       {1ULL, 100ULL, 16'384ULL, 16'385ULL, 40'000ULL, 262'144ULL, 0ULL, 262'145ULL, 1ULL}) {
    client->tcp.output().append("between ");
    client->tcp.write_file(file, offset, length);
    client->tcp.write_file(file, 0, 20'000);
    client->tcp.write(shared);
    expected += "between " + content.substr(offset, length) + content.substr(0, 20'000) + *shared;
    offset += length;
  }
  EXPECT_EQ(client->tcp.unsent(), expected.size());
  ASSERT_TRUE(until([&] { return server->received.size() >= expected.size(); }));
  EXPECT_TRUE(server->received == expected);
  ASSERT_TRUE(until([&] { return client->tcp.unsent() == 0; }));
}

TEST_P(TcpFileTest, CountsWhatThePeerDoesNotTakeAndTellsWhenItHas) {
  join();
  server->tcp.pause_reading();
  const std::string content = pattern(24'000'000);
  Temporary temporary(content);
  const auto file = temporary.share();
  client->tcp.write_file(file, 0, content.size());
  EXPECT_EQ(client->tcp.unsent(), content.size());
  client->tcp.flush();
  std::size_t last = content.size() + 1;
  ASSERT_TRUE(until([&] { return std::exchange(last, client->tcp.unsent()) == client->tcp.unsent(); }));
  turns(20);
  EXPECT_GT(client->tcp.unsent(), 0U);
  EXPECT_GE(client->tcp.unconfirmed(), client->tcp.unsent());
  EXPECT_EQ(client->drained, 0);
  server->tcp.resume_reading();
  ASSERT_TRUE(until([&] { return server->received.size() == content.size() && client->drained == 1; }));
  EXPECT_TRUE(server->received == content);
  EXPECT_EQ(client->tcp.unsent(), 0U);
  EXPECT_EQ(file.use_count(), 1) << "nobody holds the file any more";
}

TEST_P(TcpFileTest, FinishSendsTheFileAndThenTheEnd) {
  join();
  const std::string content = pattern(3'000'000);
  Temporary temporary(content);
  client->tcp.output().append("head ");
  client->tcp.write_file(temporary.share(), 0, content.size());
  client->tcp.finish();
  ASSERT_TRUE(until([&] { return server->ended == 1; }));
  EXPECT_TRUE(server->received == "head " + content);
  EXPECT_FALSE(server->tcp.truncated());
}

TEST_P(TcpFileTest, LetsOthersHaveTheirTurn) {
  join();
  Peer* reader = server;
  Peer& other = connect(listen());
  ASSERT_TRUE(until([&] { return other.connected == 1 && server != reader; }));
  Temporary temporary("");
  temporary.truncate(std::uint64_t{1} << 40);  // one that is never sent to its end
  std::size_t taken = 0;
  reader->when_data = [&](std::span<char> bytes) { taken += bytes.size(); };
  client->tcp.write_file(temporary.share(), 0, std::uint64_t{1} << 40);
  for (int round = 0; round < 20; ++round) {
    const std::size_t before = taken;
    other.tcp.output().append("x");
    ASSERT_TRUE(until([&] { return server->received.size() == static_cast<std::size_t>(round) + 1; }));
    ASSERT_TRUE(until([&] { return taken > before; }));
  }
  client->tcp.close();
}

TEST_P(TcpFileTest, FailsWhenTheFileGetsShorter) {
  join();
  server->tcp.pause_reading();
  Temporary temporary("");
  temporary.truncate(64'000'000);
  client->tcp.write_file(temporary.share(), 0, 64'000'000);
  client->tcp.flush();
  turns(10);
  temporary.truncate(1'000'000);
  server->tcp.resume_reading();
  ASSERT_TRUE(until([&] { return client->closed && (server->ended == 1 || server->closed); }));
  EXPECT_EQ(client->tcp.failure(), "a file that was being sent got shorter, or cannot be read");
  EXPECT_LT(server->received.size(), 64'000'000U);
  if (GetParam() == Wire::Tls) {
    EXPECT_TRUE(server->tcp.truncated()) << "no close_notify: the end is none";
  }
}

TEST_P(TcpFileTest, FailsWhenTheFileIsShorterFromTheStart) {
  for (const std::uint64_t length : {1000ULL, 100'000ULL}) {
    join();
    Temporary temporary("short");
    client->tcp.write_file(temporary.share(), 0, length);
    ASSERT_TRUE(until([&] { return client->closed; }));
    EXPECT_NE(client->tcp.failure(), "");
    EXPECT_LT(server->received.size(), length);
  }
}

TEST_P(TcpFileTest, FailsWhenTheFileCannotBeRead) {
  join();
  client->tcp.write_file(std::make_shared<const File>(::open("/", O_RDONLY | O_CLOEXEC)), 0, 100'000);
  ASSERT_TRUE(until([&] { return client->closed; }));
  EXPECT_NE(client->tcp.failure(), "");
}

TEST_P(TcpFileTest, CloseCancelsIt) {
  join();
  server->tcp.pause_reading();
  Temporary temporary("");
  temporary.truncate(64'000'000);
  const auto file = temporary.share();
  client->tcp.write_file(file, 0, 64'000'000);
  client->tcp.flush();
  turns(10);
  client->tcp.close();
  ASSERT_TRUE(until([&] { return client->closed; }));
  client->tcp.write_file(file, 0, 100'000);  // to nobody
  server->tcp.resume_reading();
  ASSERT_TRUE(until([&] { return server->ended == 1 || server->closed; }));
  EXPECT_LT(server->received.size(), 64'000'000U);
}

TEST_P(TcpFileTest, SendsWhatTheKernelCannotSendByItself) {
  // A file system without sendfile(2): the own memory, as a file.
  const std::string content = pattern(200'000);
  const auto file = std::make_shared<const File>(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  join();
  client->tcp.write_file(file, reinterpret_cast<std::uintptr_t>(content.data()), content.size());
  ASSERT_TRUE(until([&] { return server->received.size() >= content.size() || client->closed; }));
  EXPECT_EQ(client->tcp.failure(), "");
  EXPECT_TRUE(server->received == content);
}

TEST_P(TcpFileTest, WaitsForTheConnection) {
  const bool tls = GetParam() == Wire::Tls;
  const std::string content = pattern(300'000);
  Temporary temporary(content);
  client = &connect(listen(tls ? &server_context() : nullptr), tls ? &client_context() : nullptr);
  client->tcp.write_file(temporary.share(), 0, content.size());
  ASSERT_TRUE(until([&] { return server != nullptr && server->received.size() >= content.size(); }));
  EXPECT_TRUE(server->received == content);
}

TEST_P(TcpFileTest, OccupiesLittleWhileThePeerDoesNotRead) {
  join();
  server->tcp.pause_reading();
  Temporary temporary("");
  temporary.truncate(std::uint64_t{1} << 42);
  client->tcp.write_file(temporary.share(), 0, std::uint64_t{1} << 42);
  turns(50);
  EXPECT_GT(client->tcp.unsent(), std::uint64_t{1} << 41);
  client->tcp.close();
}

INSTANTIATE_TEST_SUITE_P(Wires, TcpFileTest, ::testing::Values(Wire::Clear, Wire::Tls),
                         [](const auto& info) { return info.param == Wire::Clear ? "Clear" : "Tls"; });

}  // namespace
