#include "dev/dev_gate.hpp"

#include <folio/json.hpp>
#include <folio/spawn.hpp>
#include <folio/websocket.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "core/file_body.hpp"
#include "dev/error_page.hpp"

namespace folio::dev {
namespace {

constexpr std::string_view kOwnPrefix = "/__folio/";
constexpr std::string_view kScriptPath = "/__folio/client.js";
constexpr std::string_view kHtml = "text/html";
constexpr std::size_t kMostHtml = 16 * 1024 * 1024;  // a page of public/ that gets the script; it is read whole
// Fields that would let a browser keep a page with the script of an older version in it.
constexpr std::array<std::string_view, 3> kCacheFields{"ETag", "Last-Modified", "Cache-Control"};

bool accepts_html(const Request& request) {
  return request.header("Accept").find(kHtml) != std::string_view::npos;
}

// Whether the answer is to be a document of its own: not what a script asks for (fetch, htmx and its like).
bool is_navigation(const Request& request) {
  const auto destination = request.header("Sec-Fetch-Dest");
  const bool document =
      destination.empty() || destination == "document" || destination == "iframe" || destination == "frame";
  return document && !request.has_header("HX-Request");
}

Response trouble_response(const Request& request, const std::string& page, const std::string& problem) {
  auto response =
      accepts_html(request) ? Response::html(page, 500) : Response(problem, 500, "application/problem+json");
  return std::move(response).header("Cache-Control", "no-store");
}

Task<> ring_after(std::chrono::milliseconds wait, Sender<bool> sender) {
  co_await sleep_for(wait);
  sender.send(false);
}

}  // namespace

Task<std::optional<Response>> DevGate::before(Request& request) {
  if (request.path().starts_with(kOwnPrefix)) co_return own_path(request);
  while (is_held()) {
    const bool released = co_await wait();
    if (!released) {
      co_return Response::problem(AppError::unavailable("the build takes longer than this request can wait: try again"))
          .header("Retry-After", "1");
    }
  }
  co_return refusal(request);
}

bool DevGate::is_held() const {
  std::lock_guard lock(mutex_);
  return state_ == State::Waiting;
}

Task<bool> DevGate::wait() {
  auto ends = channel<bool>(1);
  {
    std::lock_guard lock(mutex_);
    if (state_ != State::Waiting) co_return true;
    std::erase_if(waiting_, [](const Sender<bool>& each) { return each.closed(); });
    waiting_.push_back(ends.sender);
  }
  TaskHandle timer = spawn(ring_after(max_wait_, ends.sender));
  const std::optional<bool> released = co_await ends.receiver.recv();
  timer.abort();
  co_return released.value_or(true);
}

std::optional<Response> DevGate::refusal(const Request& request) {
  std::lock_guard lock(mutex_);
  if (state_ == State::Refusing) return trouble_response(request, page_, problem_);
  if (!crash_page_.empty() && request.method_kind() == Method::Get && accepts_html(request) && is_navigation(request)) {
    const std::string page = std::exchange(crash_page_, {});
    return trouble_response(request, page, {});
  }
  return std::nullopt;
}

Response DevGate::own_path(Request& request) {
  const auto path = request.path();
  if (path == kScriptPath) {
    return Response(std::string(client_script()), 200, "text/javascript; charset=utf-8")
        .header("Cache-Control", "no-cache");
  }
  if (path == "/__folio/events") return events(request);
  if (path == "/__folio/error") {
    std::lock_guard lock(mutex_);
    if (state_ == State::Refusing) return trouble_response(request, page_, problem_);
    if (!crash_page_.empty()) return trouble_response(request, crash_page_, problem_);
    return Response::text("There is no error.").header("Cache-Control", "no-store");
  }
  return Response::problem(AppError::not_found("the dev server has nothing at this path"));
}

Response DevGate::events(Request& request) {
  auto upgrade = upgrade_websocket(request);
  if (!upgrade) return Response::problem(upgrade.error());
  auto socket = upgrade->connection.into_websocket();
  if (!socket) return Response::problem(socket.error());
  spawn(serve_browser(*std::move(socket)));
  return std::move(upgrade->response);
}

Task<> DevGate::serve_browser(WebSocket socket) {
  const auto sender = socket.sender();
  std::string hello;
  std::string id;
  {
    std::lock_guard lock(mutex_);
    id = std::to_string(++next_browser_);
    hello = state_message(false);
  }
  // Should the state change in between, the browser is told twice, never not at all.
  browsers_.join(id, sender);
  sender.send(hello);
  while (true) {
    const auto message = co_await socket.next();
    if (!message) break;
  }
}

void DevGate::after(const Request& request, Response& response) {
  if (!std::string_view(response.content_type).starts_with(kHtml) || response.status_code == 206) return;
  if (!is_navigation(request) || !response.find("Content-Encoding").empty()) return;
  if (!core::load_body(response, kMostHtml) || response.body.empty()) return;
  if (response.body.find(kScriptPath) != std::string::npos) return;
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
  }
  response.body.insert(client_tag_position(response.body), client_tag(generation));
  std::erase_if(response.headers, [](const HeaderField& field) {
    return std::ranges::any_of(kCacheFields, [&](std::string_view name) { return base::iequals(field.name, name); });
  });
  response.header("Cache-Control", "no-store");
}

std::string DevGate::state_message(bool fresh) const {
  std::string text = "{\"type\":\"";
  text += state_ == State::Waiting ? "building" : state_ == State::Open ? "ok" : "error";
  text += "\",\"session\":" + to_json(session_) + ",\"generation\":" + std::to_string(generation_);
  if (!crash_page_.empty()) text += ",\"crashed\":true";
  if (fresh) text += ",\"fresh\":true";
  return text + "}";
}

void DevGate::set_state(State state, std::unique_lock<std::mutex>& lock) {
  state_ = state;
  const auto message = state_message(true);
  std::vector<Sender<bool>> released;
  if (state != State::Waiting) released.swap(waiting_);
  lock.unlock();
  for (const auto& each : released) each.send(true);
  browsers_.broadcast(message);
}

void DevGate::hold() {
  std::unique_lock lock(mutex_);
  if (state_ != State::Waiting) set_state(State::Waiting, lock);
}

void DevGate::open(std::uint64_t generation) {
  std::unique_lock lock(mutex_);
  // What a crash had to say is over with the version that crashed.
  if (generation != generation_ && generation_ != 0) crash_page_.clear();
  generation_ = generation;
  set_state(State::Open, lock);
}

void DevGate::refuse(std::string page, std::string problem) {
  std::unique_lock lock(mutex_);
  page_ = std::move(page);
  problem_ = std::move(problem);
  crash_page_.clear();
  set_state(State::Refusing, lock);
}

void DevGate::show_crash(std::string page, std::string problem) {
  std::lock_guard lock(mutex_);
  crash_page_ = std::move(page);
  problem_ = std::move(problem);
}

void DevGate::static_changed(std::string_view kind, std::string_view path) const {
  browsers_.broadcast("{\"type\":" + to_json(kind) + ",\"path\":" + to_json(path) + "}");
}

}  // namespace folio::dev
