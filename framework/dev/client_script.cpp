// The browser's side of the dev server.
#include <algorithm>
#include <cctype>

#include "dev/error_page.hpp"

namespace folio::dev {
namespace {

// The overlay is the error page itself in a frame: one rendering, and the page's own style cannot reach it.
constexpr std::string_view kScript = R"js((() => {
  'use strict';
  if (window.__folio) return;
  window.__folio = true;
  const trouble = document.body && document.body.hasAttribute('data-folio-trouble');
  if (trouble && window.top !== window) return;  // inside the overlay: the page around it listens
  const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
  let session = null;    // which server process, and which generation of the app, this page came from
  let delay = 100;       // milliseconds until the next attempt to connect
  let overlay = null;

  const hide = () => {
    if (overlay) overlay.remove();
    overlay = null;
  };
  const show = () => {
    if (trouble) return location.reload();
    hide();
    overlay = document.createElement('div');
    overlay.style.cssText = 'position:fixed;inset:0;z-index:2147483647;background:rgb(0 0 0/.55)';
    const frame = document.createElement('iframe');
    frame.src = '/__folio/error';
    frame.title = 'Errors of the build';
    frame.style.cssText = 'position:absolute;inset:4vh 3vw;width:94vw;height:92vh;border:0;border-radius:12px';
    const close = document.createElement('button');
    close.textContent = '\u00d7';
    close.setAttribute('aria-label', 'Hide the errors');
    close.style.cssText = 'position:absolute;top:5vh;right:4vw;width:2.2rem;height:2.2rem;border:0;border-radius:99px;'
      + 'background:#8886;color:inherit;font:1.4rem/1 system-ui;cursor:pointer';
    close.onclick = hide;
    overlay.append(frame, close);
    overlay.onclick = (event) => { if (event.target === overlay) hide(); };
    document.documentElement.append(overlay);
  };
  addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });

  // A changed style sheet is loaded beside the old one, which goes when the new one is there: no flash.
  const swap = (path) => {
    const links = [...document.querySelectorAll('link[rel~="stylesheet"][href]')].filter((link) => {
      const at = new URL(link.href);
      return at.origin === location.origin && !link.dataset.folioOld;
    });
    const own = links.filter((link) => decodeURIComponent(new URL(link.href).pathname) === path);
    for (const link of own.length ? own : links) {  // a sheet imported by another: load them all again
      const fresh = link.cloneNode();
      const at = new URL(link.href);
      at.searchParams.set('folio', Date.now().toString(36));
      fresh.href = at.href;
      link.dataset.folioOld = '1';
      fresh.onload = fresh.onerror = () => link.remove();
      link.after(fresh);
    }
  };

  const take = (message) => {
    switch (message.type) {
      case 'hello':
        if (session !== null && session !== message.session) return location.reload();
        session = message.session;
        if (message.state === 'failed') { if (!trouble) show(); }
        else if (trouble && message.state === 'ok' && !message.crashed) location.reload();
        else hide();
        break;
      case 'reload': location.reload(); break;
      case 'css': swap(message.path); break;
      case 'error': show(); break;
      case 'ok': if (trouble) location.reload(); else hide(); break;
    }
    dispatchEvent(new CustomEvent('folio', { detail: message }));
  };

  const connect = () => {
    const socket = new WebSocket(scheme + location.host + '/__folio/events');
    socket.onopen = () => { delay = 100; };
    socket.onmessage = (event) => take(JSON.parse(event.data));
    socket.onclose = () => {
      setTimeout(connect, delay);
      delay = Math.min(delay * 1.6, 3000);
    };
  };
  connect();
})();
)js";

constexpr std::string_view kTag = "<script src=\"/__folio/client.js\"></script>";

bool equals_ignoring_case(char left, char right) {
  return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
}

std::size_t find_last(std::string_view html, std::string_view tag) {
  const auto found = std::find_end(html.begin(), html.end(), tag.begin(), tag.end(), equals_ignoring_case);
  return found == html.end() ? std::string_view::npos : static_cast<std::size_t>(found - html.begin());
}

}  // namespace

std::string_view client_script() {
  return kScript;
}
std::string_view client_tag() {
  return kTag;
}

std::size_t client_tag_position(std::string_view html) {
  for (const std::string_view tag : {"</body", "</html"}) {
    const auto at = find_last(html, tag);
    if (at != std::string_view::npos) return at;
  }
  return html.size();
}

}  // namespace folio::dev
