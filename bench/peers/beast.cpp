// The benchmarks' server on Boost.Beast: callbacks, one thread, sessions that own themselves, as its documentation has
// it. The WebSocket routes stand in beast_websocket.hpp.
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <iostream>

#include "beast_websocket.hpp"

namespace {

using tcp = net::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

Options options;

// HTTP/1.1 on a connection until it closes or upgrades.
template <class Stream>
class HttpSession : public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  template <class... Arguments>
  explicit HttpSession(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...) {}

  void run() {
    beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay(true));
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(30));
      stream_.async_handshake(net::ssl::stream_base::server,
                              [self = this->shared_from_this()](beast::error_code error) {
                                if (!error) self->read();
                              });
    } else {
      read();
    }
  }

 private:
  void read() {
    parser_.emplace();
    parser_->body_limit(64 * 1024 * 1024);
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, *parser_,
                     beast::bind_front_handler(&HttpSession::on_read, this->shared_from_this()));
  }

  void on_read(beast::error_code error, std::size_t) {
    if (error == http::error::end_of_stream) return close();
    if (error) return;
    if (websocket::is_upgrade(parser_->get())) return upgrade();
    answer(parser_->release());
  }

  void upgrade() {
    const auto request = parser_->release();
    http::request<http::empty_body> head(http::request_header<>(request.base()));
    std::make_shared<WebSocketSession<Stream>>(std::move(stream_))->run(std::move(head));
  }

  void answer(const http::request<http::string_body>& request) {
    const std::string_view path(request.target().data(), request.target().size());
    if (request.method() == http::verb::post && path == "/upload") {
      return answer_text(request, "text/plain", std::to_string(request.body().size()));
    }
    if (path == "/") return answer_text(request, "text/plain", "Hello, World!");
    if (path == "/json") return answer_text(request, "application/json", R"({"message":"Hello, World!"})");
    if (path.starts_with("/users/")) return answer_text(request, "text/plain", std::string(path.substr(7)));
    if (path.starts_with("/static/")) return answer_file(request, std::string(path.substr(8)));
    answer_text(request, "text/plain", "not found", http::status::not_found);
  }

  void answer_text(const http::request<http::string_body>& request, const char* type, std::string body,
                   http::status status = http::status::ok) {
    http::response<http::string_body> response(status, request.version());
    response.set(http::field::content_type, type);
    response.body() = std::move(body);
    write(request, std::move(response));
  }

  void answer_file(const http::request<http::string_body>& request, const std::string& name) {
    beast::error_code error;
    http::file_body::value_type file;
    if (name.find('/') == std::string::npos)
      file.open((options.folder + "/" + name).c_str(), beast::file_mode::scan, error);
    if (error || !file.is_open()) {
      return answer_text(request, "text/plain", "not found", http::status::not_found);
    }
    http::response<http::file_body> response(http::status::ok, request.version());
    response.set(http::field::content_type, "application/octet-stream");
    response.body() = std::move(file);
    write(request, std::move(response));
  }

  template <class Body>
  void write(const http::request<http::string_body>& request, http::response<Body>&& response) {
    response.set(http::field::date, http_date());
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    const auto message = std::make_shared<http::response<Body>>(std::move(response));
    http::async_write(stream_, *message,
                      [self = this->shared_from_this(), message](beast::error_code error, std::size_t) {
                        if (error) return;
                        if (message->need_eof()) return self->close();
                        self->read();
                      });
  }

  void close() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = this->shared_from_this()](beast::error_code) {});
    } else {
      beast::error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }
  }

  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
};

class Listener {
 public:
  Listener(net::io_context& context, unsigned short port, net::ssl::context* tls) : acceptor_(context), tls_(tls) {
    const tcp::endpoint endpoint(net::ip::make_address("127.0.0.1"), port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(net::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
    accept();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error && tls_ != nullptr) {
        std::make_shared<HttpSession<TlsStream>>(std::move(socket), *tls_)->run();
      } else if (!error) {
        std::make_shared<HttpSession<beast::tcp_stream>>(std::move(socket))->run();
      }
      accept();
    });
  }

  tcp::acceptor acceptor_;
  net::ssl::context* tls_;
};

}  // namespace

int main(int count, char** arguments) try {
  options = parse_options(count, arguments);
  net::io_context context(1);
  net::ssl::context tls(net::ssl::context::tls_server);
  const Listener plain(context, options.port, nullptr);
  std::optional<Listener> secure;
  if (options.tls_port != 0) {
    tls.use_certificate_chain_file(options.cert);
    tls.use_private_key_file(options.key, net::ssl::context::pem);
    secure.emplace(context, options.tls_port, &tls);
  }
  net::signal_set signals(context, SIGTERM);
  signals.async_wait([&context](beast::error_code, int) { context.stop(); });
  context.run();
} catch (const std::exception& failure) {
  std::cerr << "error: " << failure.what() << '\n';
  return 1;
}
