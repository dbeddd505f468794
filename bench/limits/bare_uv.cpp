// The limit that Folio is measured against: libuv and nothing else, with no validation at all; on a second port the
// same over TLS. One thread.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/sendfile.h>
#include <uv.h>

#include <csignal>
#include <cstring>

#include "inbox.hpp"
#include "options.hpp"
#include "serve.hpp"
#include "tls_bytes.hpp"

namespace {

using namespace limits;

struct Loop {
  explicit Loop(const std::string& folder) : service(folder) {}
  Service service;
  Receiver receiver;
  Reply reply;
  std::vector<uv_buf_t> buffers;
  std::unique_ptr<char[]> ciphertext;  // what TLS is read into
  TlsBytes tls;
};
constexpr std::size_t ciphertext_size = 64 * 1024;

class Connection final : public Peer {
 public:
  Connection(Loop& loop, uv_stream_t* listener, SSL_CTX* tls) : loop_(loop) {
    uv_tcp_init(listener->loop, &tcp_);
    tcp_.data = this;
    uv_accept(listener, stream());
    uv_tcp_nodelay(&tcp_, 1);
    if (tls != nullptr) {
      ssl_ = SSL_new(tls);
      BIO* bio = make_tls_bio(loop_.tls);
      SSL_set_bio(ssl_, bio, bio);
      SSL_set_accept_state(ssl_);
    }
    read();
  }
  ~Connection() override {
    loop_.service.rooms().leave(*this);
    SSL_free(ssl_);
  }

  void send_shared(std::string_view bytes) override {
    if (ssl_ != nullptr) {
      encrypt(bytes);
      send_ciphertext();
      return;
    }
    const iovec vector{const_cast<char*>(bytes.data()), bytes.size()};
    send(&vector, 1, nullptr);
  }

 private:
  // A write that libuv carries on with, and copies of what would not stay.
  struct Write {
    uv_write_t request;
    Connection* connection;
    std::vector<std::string> copies;
  };

  static Connection& of(void* handle) { return *static_cast<Connection*>(static_cast<uv_handle_t*>(handle)->data); }
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp_); }

  void read() {
    uv_read_start(
        stream(),
        [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
          auto& self = of(handle);
          if (self.ssl_ != nullptr) {
            *buffer = uv_buf_init(self.loop_.ciphertext.get(), ciphertext_size);
            return;
          }
          const Received space = self.loop_.receiver.space(self.inbox_);
          *buffer = uv_buf_init(space.data, static_cast<unsigned>(space.size));
        },
        [](uv_stream_t* handle, ssize_t count, const uv_buf_t* buffer) {
          auto& self = of(handle);
          if (count < 0) {
            self.close();
          } else if (self.ssl_ != nullptr) {
            self.decrypt(buffer->base, static_cast<std::size_t>(count));
          } else if (count > 0) {
            self.serve(static_cast<std::size_t>(count));
          }
        });
  }

  void serve(std::size_t count) {
    const Received all = loop_.receiver.received(inbox_, count);
    Reply& reply = loop_.reply;
    used_ = loop_.service.serve(*this, all.data, all.size, all.stays, reply);
    wanted_ = loop_.service.wanted();
    if (!reply.empty()) send(reply);
    closes_ = closes_ || reply.closes();
    const bool had_file = reply.file().fd >= 0;
    if (had_file && ssl_ != nullptr) {
      encrypt(reply.file().bytes);
      send_ciphertext();
    } else if (had_file) {
      file_ = reply.file();
      if (writes_ == 0) send_file();
    }
    reply.clear();
    // A short write may still need what was received, if that is in a buffer of the connection's own.
    holds_ = ssl_ == nullptr && writes_ != 0 && all.stays;
    if (!holds_) loop_.receiver.keep(inbox_, all, used_, wanted_);
    if (closes_ && writes_ == 0) return close();
    if (had_file && writes_ == 0 && inbox_.size != 0) serve(0);
  }

  // libuv does not say when a socket takes more. So its next few bytes go by a write: when that is done, it does.
  void send_file() {
    uv_os_fd_t socket = -1;
    uv_fileno(reinterpret_cast<uv_handle_t*>(&tcp_), &socket);
    while (!file_.bytes.empty()) {
      off_t at = static_cast<off_t>(file_.offset);
      const ssize_t sent = ::sendfile(socket, file_.fd, &at, file_.bytes.size());
      if (sent > 0) {
        file_.advance(static_cast<std::size_t>(sent));
        continue;
      }
      if (errno != EAGAIN) break;  // the next read will tell
      const auto probe = file_.bytes.substr(0, 256);
      file_.advance(probe.size());
      uv_buf_t buffer = uv_buf_init(const_cast<char*>(probe.data()), static_cast<unsigned>(probe.size()));
      write(new Write{{}, this, {}}, &buffer, 1);
      return;
    }
    file_ = {};
  }

  // Serves as much at once as the buffer takes.
  void decrypt(const char* data, std::size_t size) {
    loop_.tls.in = {data, size};
    for (bool more = true; more && !closes_;) {
      const Received space = loop_.receiver.space(inbox_);
      std::size_t filled = 0, got = 0;
      while (filled < space.size && SSL_read_ex(ssl_, space.data + filled, space.size - filled, &got) == 1)
        filled += got;
      more = filled == space.size;
      if (filled != 0) serve(filled);
    }
    ERR_clear_error();
    send_ciphertext();  // of the handshake
  }

  void send(Reply& reply) {
    const auto& vectors = reply.vectors();
    if (ssl_ == nullptr) {
      send(vectors.data(), vectors.size(), &reply);
      return;
    }
    for (const auto& vector : vectors) encrypt({static_cast<const char*>(vector.iov_base), vector.iov_len});
    send_ciphertext();
  }

  // Sends in between, while the bytes are in the processor's cache.
  void encrypt(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto piece = bytes.substr(0, ciphertext_size);
      SSL_write(ssl_, piece.data(), static_cast<int>(piece.size()));
      bytes.remove_prefix(piece.size());
      if (!bytes.empty()) send_ciphertext();
    }
  }

  void send_ciphertext() {
    auto& out = loop_.tls.out;
    if (out.empty()) return;
    const iovec vector{out.data(), out.size()};
    send(&vector, 1, nullptr);
    out.clear();
  }

  void send(const iovec* vectors, std::size_t count, const Reply* reply) {
    auto& buffers = loop_.buffers;
    buffers.clear();
    for (std::size_t i = 0; i < count; ++i) {
      buffers.push_back(
          uv_buf_init(static_cast<char*>(vectors[i].iov_base), static_cast<unsigned>(vectors[i].iov_len)));
    }
    const int taken = uv_try_write(stream(), buffers.data(), static_cast<unsigned>(count));
    if (taken < 0 && taken != UV_EAGAIN) return;  // the next read will tell
    std::size_t sent = taken < 0 ? 0 : static_cast<std::size_t>(taken);
    Write* write = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
      uv_buf_t& buffer = buffers[i];
      const std::size_t out = std::min<std::size_t>(sent, buffer.len);
      sent -= out;
      buffer.base += out;
      buffer.len -= out;
      if (buffer.len == 0) continue;
      if (write == nullptr) {
        write = new Write{{}, this, {}};
        write->copies.reserve(count);
      }
      if (reply == nullptr || !reply->stays(i)) {
        buffer.base = write->copies.emplace_back(buffer.base, buffer.len).data();
      }
    }
    if (write == nullptr) return;
    this->write(write, buffers.data(), count);
  }

  void write(Write* write, const uv_buf_t* buffers, std::size_t count) {
    write->request.data = write;
    if (writes_++ == 0) uv_read_stop(stream());  // no more is read until this is out
    uv_write(&write->request, stream(), buffers, static_cast<unsigned>(count), [](uv_write_t* request, int) {
      std::unique_ptr<Write> done(static_cast<Write*>(request->data));
      done->connection->written();
    });
  }

  void written() {
    if (--writes_ != 0 || uv_is_closing(reinterpret_cast<uv_handle_t*>(&tcp_)) != 0) return;
    const bool had_file = file_.fd >= 0;
    if (had_file) send_file();
    if (writes_ != 0) return;
    if (holds_) loop_.receiver.keep(inbox_, Receiver::held(inbox_), used_, wanted_);
    holds_ = false;
    if (closes_) return close();
    read();
    if (had_file && inbox_.size != 0) serve(0);
  }

  void close() {
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&tcp_)) != 0) return;
    uv_close(reinterpret_cast<uv_handle_t*>(&tcp_), [](uv_handle_t* handle) { delete &of(handle); });
  }

  Loop& loop_;
  uv_tcp_t tcp_{};
  SSL* ssl_ = nullptr;
  std::uint32_t writes_ = 0;  // that libuv carries on with
  FileView file_;             // what is still to be sent of it
  bool holds_ = false;
  bool closes_ = false;
  Inbox inbox_;
  std::size_t used_ = 0;
  std::size_t wanted_ = 0;
};

struct Listener {
  Listener(Loop& loop, uv_loop_t* uv, int port, SSL_CTX* context) : owner(loop), tls(context) {
    uv_tcp_init(uv, &tcp);
    tcp.data = this;
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", port, &address);
    int status = uv_tcp_bind(&tcp, reinterpret_cast<sockaddr*>(&address), 0);
    if (status == 0) {
      status = uv_listen(reinterpret_cast<uv_stream_t*>(&tcp), 4096, [](uv_stream_t* stream, int error) {
        auto& self = *static_cast<Listener*>(stream->data);
        if (error == 0) new Connection(self.owner, stream, self.tls);
      });
    }
    if (status != 0) fail("cannot listen on port " + std::to_string(port) + ": " + uv_strerror(status));
  }
  Loop& owner;
  uv_tcp_t tcp{};
  SSL_CTX* tls;
};

SSL_CTX* make_tls(const Options& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context, options.cert.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail("cannot use " + options.cert + " and " + options.key);
  }
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  return context;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  allow_many_files();
  std::signal(SIGPIPE, SIG_IGN);
  Loop loop(options.folder);
  uv_loop_t* uv = uv_default_loop();
  const Listener plain(loop, uv, options.port, nullptr);
  std::unique_ptr<Listener> secure;
  if (options.tls_port != 0) {
    loop.ciphertext = std::make_unique_for_overwrite<char[]>(ciphertext_size);
    secure = std::make_unique<Listener>(loop, uv, options.tls_port, make_tls(options));
  }
  uv_timer_t clock;
  uv_timer_init(uv, &clock);
  clock.data = &loop;
  uv_timer_start(
      &clock, [](uv_timer_t* timer) { static_cast<Loop*>(timer->data)->service.tick(); }, 1000, 1000);
  uv_check_t check;
  uv_check_init(uv, &check);
  check.data = &loop;
  uv_check_start(&check, [](uv_check_t* handle) { static_cast<Loop*>(handle->data)->service.rooms().flush(); });
  return uv_run(uv, UV_RUN_DEFAULT);
}
