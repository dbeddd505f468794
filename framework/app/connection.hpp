// Connection: one client's connection. It joins the sans-IO parts (http/request_parser, http/response_writer, and after
// an upgrade the socket) to the transport, answers requests one after the other in their order, and keeps deadlines.
#pragma once

#include <folio/response.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "app/address_limit.hpp"
#include "app/arrival.hpp"
#include "app/data_rate.hpp"
#include "app/exchange.hpp"
#include "app/socket.hpp"
#include "net/tcp.hpp"

namespace folio::app {

class Worker;

class Connection final : private net::TcpEvents, private net::Deferred {
 public:
  // Owns itself from here on, until the transport is gone.
  static void accept(Worker& worker, uv_stream_s* listener);
  // The same over a socket that is connected already. `peer` is the address that it counts as.
  static void adopt(Worker& worker, int fd, std::string peer);

  // The server stops: finish what is under way, and close. `code` for a WebSocket.
  void shut_down(std::uint16_t code) noexcept;
  // Closes at once.
  void abort() noexcept { tcp_.close(); }

  [[nodiscard]] net::TcpConnection& tcp() noexcept { return tcp_; }
  [[nodiscard]] Worker& worker() noexcept { return worker_; }
  // The address of the other end, which a PROXY header may have named.
  [[nodiscard]] const std::string& peer();
  // By https: TLS ends here, or at a proxy that says so in its PROXY header.
  [[nodiscard]] bool secure() const noexcept { return secure_; }

  // --- for the body of the request that is being answered (see app/request_body) ---
  // Its handler begins to read: the client is asked for it, or refused.
  void begin_body(bool too_large);
  // There is room for more.
  void body_taken();

  // --- for a streamed response (see app/stream_sink) ---
  void stream_written() noexcept;
  // Whether its writer has to wait; StreamSink::drained follows.
  [[nodiscard]] bool stream_full() noexcept;

 private:
  friend class Worker;  // whose list it is in, and who sweeps it
  enum class Phase : std::uint8_t {
    Idle,     // between requests
    Head,     // a head is arriving
    Body,     // a body is arriving
    Busy,     // a handler runs
    Socket,   // upgraded
    Closing,  // the last answer is written
  };

  explicit Connection(Worker& worker);
  void turn_away() noexcept;
  ~Connection() override;

  void on_connected() noexcept override { arrive(); }
  std::span<char> receive_space() noexcept override;
  void on_data(std::span<char> bytes) noexcept override;
  void on_end() noexcept override;
  void on_drained() noexcept override;
  void on_closed() noexcept override;
  void sweep(std::uint32_t now) noexcept;
  void run_deferred() noexcept override;

  void set_phase(Phase phase) noexcept;
  [[nodiscard]] bool holds_more_than(std::size_t bytes) noexcept;
  void arrive() noexcept;
  [[nodiscard]] bool choked() noexcept;
  [[nodiscard]] bool streams_body_in() const noexcept;
  [[nodiscard]] bool takes_input() noexcept;
  std::size_t consume(std::string_view bytes);
  std::size_t consume_head(std::string_view bytes);
  std::size_t consume_body(std::string_view bytes);
  [[nodiscard]] std::span<char> body_space() noexcept;
  void head_complete();
  void dispatch(bool routed = false);
  void fail_body(int status, std::string_view reason);
  static detail::TopCoroutine run_exchange(Connection* connection, std::optional<AppError> failure);
  static detail::TopCoroutine run_compression(Connection* connection, Response response);
  void keep_request();
  void answer(Response&& response);
  void complete(Response&& response);
  static detail::TopCoroutine run_stream(Connection* connection, std::shared_ptr<detail::StreamedBody> body);
  void finish_stream(std::optional<AppError> failure);
  void answered();
  void write_response(Response& response);
  [[nodiscard]] bool write_plain(const Response& response);
  void open_socket(Response& response);
  void refuse(int status, std::string_view reason);
  void end_after_answer() noexcept;
  [[nodiscard]] bool peer_ended_before_answer() const noexcept;
  [[nodiscard]] bool body_is_late(std::uint32_t age) noexcept;

  Worker& worker_;
  net::TcpConnection tcp_;
  std::unique_ptr<Arrival> arrival_;  // until TLS is agreed upon, and a PROXY header read
  std::unique_ptr<Exchange> exchange_;
  std::shared_ptr<detail::SocketCore> socket_;
  detail::ActivityRef activity_;  // the handler that runs
  base::Buffer stash_;            // what came behind a request that is still being answered
  // Null while there is nothing to know; gone once the request of a WebSocket has it.
  struct Peer {
    std::string address;  // empty: nobody has asked for it yet
    std::shared_ptr<const ClientCertificate> certificate;
  };
  std::unique_ptr<Peer> peer_;
  AddressLimit::Place place_;
  DataRate rate_;
  Connection* next_ = nullptr;
  Connection* previous_ = nullptr;
  Phase phase_ = Phase::Idle;
  bool consuming_ = false;
  bool answered_ = false;  // a request has come and was answered
  bool peer_ended_ = false;
  bool more_came_ = false;  // while consuming: bytes behind the request that is being answered
  bool keep_alive_ = true;
  bool heartbeat_ = false;  // the response is a stream of events
  bool secure_ = false;
  bool told_to_go_ = false;  // shut_down has been called
  std::uint32_t since_;            // seconds of the loop's clock when the phase began, or the body last moved on
  std::uint32_t stream_wrote_ = 0;  // when the streamed response was last written to
  std::uint32_t write_since_ = 0;  // when unsent output was first seen without progress
  std::size_t last_unsent_ = 0;
};

}  // namespace folio::app
