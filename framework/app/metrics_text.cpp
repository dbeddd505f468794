#include "app/metrics_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <vector>

#include "app/log.hpp"
#include "app/metrics.hpp"
#include "app/process_facts.hpp"
#include "app/room_totals.hpp"
#include "app/server.hpp"
#include "http/content_coding.hpp"

namespace folio::app {

namespace {

// The families of the text format, one after the other.
class Exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  // `labels`: `name="value"`, with commas between; the values by label().
  void sample(std::string_view suffix, std::string_view labels, std::uint64_t value) {
    begin(suffix, labels);
    fmt::format_to(std::back_inserter(text_), "{}\n", value);
  }
  void sample(std::string_view suffix, std::string_view labels, double value) {
    begin(suffix, labels);
    fmt::format_to(std::back_inserter(text_), "{}\n", value);
  }
  void single(std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
    family(name, type, help);
    sample("", "", value);
  }
  // `hits`: of each range, and of what is above all of them.
  template <std::size_t Bounds>
  void histogram(std::string_view labels, const std::array<std::int64_t, Bounds>& bounds,
                 const std::array<std::uint64_t, Bounds + 1>& hits, std::uint64_t nanoseconds) {
    const std::string_view comma = labels.empty() ? "" : ",";
    std::uint64_t total = 0;
    for (std::size_t range = 0; range <= Bounds; ++range) {
      total += hits[range];
      const std::string bound = range < Bounds ? fmt::format("{}", static_cast<double>(bounds[range]) / 1e9) : "+Inf";
      sample("_bucket", fmt::format("{}{}le=\"{}\"", labels, comma, bound), total);
    }
    sample("_sum", labels, static_cast<double>(nanoseconds) / 1e9);
    sample("_count", labels, total);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void begin(std::string_view suffix, std::string_view labels) {
    text_.append(name_).append(suffix);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_ += ' ';
  }
  std::string text_;
  std::string_view name_;
};

// "label_value can be any sequence of UTF-8 characters, but the backslash (\), double-quote ("), and line feed (\n)
// characters have to be escaped".
std::string label(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\n') {
      escaped += "\\n";
    } else {
      if (c == '"' || c == '\\') escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

template <class Value>
std::uint64_t sum(const Server& server, Value value) {
  std::uint64_t total = 0;
  for (const auto& worker : server.workers()) total += value(worker->metrics());
  return total;
}

// One route's numbers over all loops.
struct Route {
  std::array<std::array<std::uint64_t, status_classes>, counted_methods> requests{};
  std::array<std::uint64_t, latency_bounds.size() + 1> hits{};
  std::uint64_t nanoseconds = 0;
};

std::map<std::string, Route> routes_of(const Server& server) {
  std::map<std::string, Route> routes;
  for (const auto& worker : server.workers()) {
    worker->metrics().visit_routes([&](const RouteCounters& counters) {
      Route& route = routes[counters.route];
      for (std::size_t method = 0; method < counted_methods; ++method) {
        for (std::size_t i = 0; i < status_classes; ++i) {
          route.requests[method][i] += counters.requests[method][i].value();
        }
      }
      for (std::size_t range = 0; range < route.hits.size(); ++range) route.hits[range] += counters.latency.hits(range);
      route.nanoseconds += counters.latency.sum();
    });
  }
  return routes;
}

void write_requests(Exposition& out, const Server& server) {
  const auto routes = routes_of(server);
  out.family("folio_http_requests_total", "counter",
             "Requests answered, by route file, method and class of status. route=\"none\": no route answered; "
             "\"static\": a file of public/.");
  for (const auto& [name, route] : routes) {
    for (std::size_t method = 0; method < counted_methods; ++method) {
      for (std::size_t i = 0; i < status_classes; ++i) {
        if (route.requests[method][i] == 0) continue;
        const std::string_view spelled = to_string(static_cast<Method>(method));
        out.sample("",
                   fmt::format("route=\"{}\",method=\"{}\",status=\"{}xx\"", label(name),
                               spelled.empty() ? "other" : spelled, i + 1),
                   route.requests[method][i]);
      }
    }
  }
  out.family("folio_http_request_duration_seconds", "histogram",
             "From the end of a request's head to its response being written, by route file.");
  for (const auto& [name, route] : routes) {
    if (std::ranges::all_of(route.hits, [](std::uint64_t hits) { return hits == 0; })) continue;
    out.histogram(fmt::format("route=\"{}\"", label(name)), latency_bounds, route.hits, route.nanoseconds);
  }
  const std::uint64_t ended = sum(server, [](const Metrics& each) { return each.requests_ended.value(); });
  const std::uint64_t begun = sum(server, [](const Metrics& each) { return each.requests_begun.value(); });
  // Read after the ends, the beginnings are never fewer; a request that is done in between counts as being in flight.
  out.single("folio_http_requests_in_flight", "gauge", "Requests that are being answered.", begun - std::min(begun, ended));
  out.single("folio_http_requests_abandoned_total", "counter", "Requests whose client went before the answer.",
             sum(server, [](const Metrics& each) { return each.requests_abandoned.value(); }));
  out.single("folio_http_requests_refused_total", "counter",
             "What came and was no request, past a limit or too late, and was answered with an error.",
             sum(server, [](const Metrics& each) { return each.requests_refused.value(); }));
}

void write_connections(Exposition& out, const Server& server) {
  const std::uint64_t finished = sum(server, [](const Metrics& each) { return each.finished.value(); });
  const std::uint64_t accepted = sum(server, [](const Metrics& each) { return each.accepted.value(); });
  out.single("folio_connections_open", "gauge", "Connections of clients.", accepted - std::min(accepted, finished));
  out.single("folio_connections_accepted_total", "counter", "Connections accepted.", accepted);
  out.single("folio_connections_refused_total", "counter", "Of those: closed at once, past the limit.",
             sum(server, [](const Metrics& each) { return each.refused.value(); }));
  out.single("folio_network_received_bytes_total", "counter", "Bytes received, those of TLS included.",
             sum(server, [](const Metrics& each) { return each.traffic().received.value(); }));
  out.single("folio_network_sent_bytes_total", "counter", "Bytes sent, those of TLS included.",
             sum(server, [](const Metrics& each) { return each.traffic().sent.value(); }));
  out.single("folio_queued_bytes", "gauge", "Bytes that wait toward clients, as of the last second.",
             sum(server, [](const Metrics& each) { return each.queued_bytes.value(); }));
}

void write_compression(Exposition& out, const Server& server) {
  constexpr std::array codings{http::ContentCoding::Brotli, http::ContentCoding::Zstd, http::ContentCoding::Gzip};
  const auto each_coding = [&](auto value) {
    for (const auto coding : codings) {
      out.sample("", fmt::format("coding=\"{}\"", http::coding_name(coding)), sum(server, [&](const Metrics& each) {
                   return value(each.compressed[static_cast<std::size_t>(coding)]);
                 }));
    }
  };
  using Compressed = Metrics::Compressed;
  out.family("folio_http_compressed_responses_total", "counter", "Responses that were compressed here.");
  each_coding([](const Compressed& each) { return each.responses.value(); });
  out.family("folio_http_compression_input_bytes_total", "counter", "Bytes of their bodies before.");
  each_coding([](const Compressed& each) { return each.plain_bytes.value(); });
  out.family("folio_http_compression_output_bytes_total", "counter", "Bytes of their bodies after.");
  each_coding([](const Compressed& each) { return each.coded_bytes.value(); });
}

std::string close_code(std::size_t kind) {
  constexpr std::array<const char*, 3> groups{"3xxx", "4xxx", "other"};
  return kind < 16 ? std::to_string(1000 + kind) : groups[kind - 16];
}

void write_sockets(Exposition& out, const Server& server) {
  constexpr std::array<std::string_view, 2> roles{"server", "client"};
  const auto total = [&](std::size_t role, auto value) {
    return sum(server, [&](const Metrics& each) { return value(*each.sockets[role]); });
  };
  const auto by_role = [&](std::string_view labels, auto value) {
    for (std::size_t role = 0; role < roles.size(); ++role) {
      out.sample("", fmt::format("role=\"{}\"{}", roles[role], labels), total(role, value));
    }
  };
  using Counters = SocketCounters;
  out.family("folio_websockets_open", "gauge",
             "WebSockets: role=\"server\" of clients, role=\"client\" opened by this server.");
  for (std::size_t role = 0; role < roles.size(); ++role) {
    const std::uint64_t ended = total(role, [](const Counters& each) { return each.ended.value(); });
    const std::uint64_t opened = total(role, [](const Counters& each) { return each.opened.value(); });
    out.sample("", fmt::format("role=\"{}\"", roles[role]), opened - std::min(opened, ended));
  }
  out.family("folio_websockets_opened_total", "counter", "WebSockets opened.");
  by_role("", [](const Counters& each) { return each.opened.value(); });
  out.family("folio_websockets_deflated_total", "counter", "Of those: with permessage-deflate.");
  by_role("", [](const Counters& each) { return each.deflated.value(); });
  out.family("folio_websocket_messages_total", "counter", "Text and binary messages.");
  by_role(",direction=\"in\"", [](const Counters& each) { return each.messages_in.value(); });
  by_role(",direction=\"out\"", [](const Counters& each) { return each.messages_out.value(); });
  out.family("folio_websocket_message_bytes_total", "counter", "Their bytes, before they are compressed.");
  by_role(",direction=\"in\"", [](const Counters& each) { return each.bytes_in.value(); });
  by_role(",direction=\"out\"", [](const Counters& each) { return each.bytes_out.value(); });
  out.family("folio_websocket_slow_peer_total", "counter",
             "Messages that found the queue of a peer full, by what was done: close (1013), drop (the message), latest (an "
             "older one was dropped for it).");
  constexpr std::array<std::string_view, 3> actions{"close", "drop", "latest"};
  for (std::size_t action = 0; action < actions.size(); ++action) {
    by_role(fmt::format(",action=\"{}\"", actions[action]),
            [action](const Counters& each) { return each.slow[action].value(); });
  }
  out.family("folio_websocket_closes_total", "counter", "WebSockets that ended, by the code that their handler sees.");
  for (std::size_t role = 0; role < roles.size(); ++role) {
    for (std::size_t kind = 0; kind < close_kinds; ++kind) {
      const std::uint64_t count = total(role, [kind](const Counters& each) { return each.closes[kind].value(); });
      if (count == 0) continue;
      out.sample("", fmt::format("role=\"{}\",code=\"{}\"", roles[role], close_code(kind)), count);
    }
  }
  const RoomTotals rooms = room_totals();
  out.single("folio_rooms", "gauge", "Named rooms.", rooms.rooms);
  out.single("folio_room_members", "gauge", "Their members.", rooms.members);
}

void write_loops(Exposition& out, const Server& server) {
  std::array<std::uint64_t, lag_bounds.size() + 1> hits{};
  std::uint64_t nanoseconds = 0;
  for (const auto& worker : server.workers()) {
    for (std::size_t range = 0; range < hits.size(); ++range) hits[range] += worker->metrics().lag.hits(range);
    nanoseconds += worker->metrics().lag.sum();
  }
  out.single("folio_loops", "gauge", "Event loops.", server.workers().size());
  out.family("folio_loop_lag_seconds", "histogram",
             "How late a timer was that every loop has ten times a second: how long anything on the loop has to wait.");
  out.histogram("", lag_bounds, hits, nanoseconds);
  out.family("folio_loop_stalled_seconds", "gauge", "How long a loop has been held up now; 0 when it is not.");
  for (std::size_t i = 0; i < server.workers().size(); ++i) {
    Worker& worker = *server.workers()[i];
    const auto due = static_cast<std::int64_t>(worker.metrics().lag_due.value());
    const std::int64_t late = due == 0 ? 0 : std::max<std::int64_t>(0, worker.loop().now() - due);
    out.sample("", fmt::format("loop=\"{}\"", i), static_cast<double>(late) / 1e9);
  }
}

void write_process(Exposition& out) {
  const LostLines lost = lost_lines();
  out.family("folio_log_lines_lost_total", "counter", "Lines that were lost because more came than could be written.");
  out.sample("", "log=\"app\"", lost.log);
  out.sample("", "log=\"access\"", lost.access);

  const ProcessFacts facts = process_facts();
  out.family("process_cpu_seconds_total", "counter", "Time of processors used.");
  out.sample("", "", facts.cpu_seconds);
  out.family("process_start_time_seconds", "gauge", "When the process was started, since 1970.");
  out.sample("", "", facts.start_time);
  out.single("process_resident_memory_bytes", "gauge", "Memory in use.", facts.resident);
  out.single("process_virtual_memory_bytes", "gauge", "Address space in use.", facts.virtual_size);
  out.single("process_open_fds", "gauge", "Open file descriptors.", facts.open_files);
  out.single("process_max_fds", "gauge", "Limit on open file descriptors.", facts.max_files);
  out.single("process_threads", "gauge", "Threads.", facts.threads);
}

}  // namespace

std::string metrics_text(const Server& server) {
  Exposition out;
  write_requests(out, server);
  write_connections(out, server);
  write_compression(out, server);
  write_sockets(out, server);
  write_loops(out, server);
  write_process(out);
  return out.take();
}

}  // namespace folio::app
