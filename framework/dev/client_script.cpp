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
  const trouble = document.body ? document.body.dataset.folioTrouble : undefined;  // 'build', 'crash', or an app's page
  if (trouble && window.top !== window) return;  // inside the overlay: the page around it listens
  // Which version of the app made this page.
  const own = new URL(document.currentScript.src).searchParams.get('g');
  let session = null;   // which run of the dev server
  let delay = 100;      // milliseconds until the next attempt to connect
  let overlay = null;
  let pill = null;

  const hide = () => {
    if (overlay) overlay.remove();
    overlay = null;
  };
  const show = () => {
    hide();
    overlay = document.createElement('div');
    overlay.id = 'folio-overlay';
    overlay.style.cssText = 'position:fixed;inset:0;z-index:2147483647;background:rgb(0 0 0/.55)';
    const frame = document.createElement('iframe');
    frame.src = '/__folio/error';
    frame.title = 'Errors of the build';
    frame.style.cssText = 'position:absolute;inset:4vh 3vw;width:94vw;height:92vh;border:0;border-radius:12px;'
      + 'background:#8882';
    const close = document.createElement('button');
    close.textContent = '\u00d7';
    close.setAttribute('aria-label', 'Hide the errors');
    close.style.cssText = 'position:absolute;top:calc(4vh + 10px);right:calc(3vw + 14px);width:2.1rem;height:2.1rem;'
      + 'border:0;border-radius:99px;background:#8884;color:#888;font:1.3rem/1 system-ui;cursor:pointer';
    close.onclick = hide;
    overlay.append(frame, close);
    overlay.onclick = (event) => { if (event.target === overlay) hide(); };
    document.documentElement.append(overlay);
  };
  addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });

  const idle = () => {
    if (pill) pill.remove();
    pill = null;
  };
  const busy = () => {
    if (pill) return;
    pill = document.createElement('div');
    pill.textContent = 'building\u2026';
    pill.style.cssText = 'position:fixed;right:14px;bottom:14px;z-index:2147483647;padding:4px 12px;border-radius:99px;'
      + 'font:13px/1.6 system-ui;background:#222d;color:#fff;pointer-events:none';
    document.documentElement.append(pill);
  };

  // A changed style sheet is loaded beside the old one, which goes when the new one is there: no flash.
  const swap = (path) => {
    const links = [...document.querySelectorAll('link[rel~="stylesheet"][href]')].filter((link) => {
      const at = new URL(link.href);
      return at.origin === location.origin && !link.dataset.folioOld;
    });
    const same = links.filter((link) => decodeURIComponent(new URL(link.href).pathname) === path);
    for (const link of same.length ? same : links) {  // a sheet imported by another: load them all again
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
    if (message.session !== undefined) {
      if (session !== null && session !== message.session) return location.reload();
      session = message.session;
    }
    if (message.type !== 'building') idle();
    switch (message.type) {
      case 'building': busy(); break;
      case 'ok':
        if (trouble === 'build' || own !== String(message.generation)) return location.reload();
        if (message.crashed && !trouble) show(); else hide();
        break;
      case 'error':
        if (trouble) { if (message.fresh) location.reload(); } else show();
        break;
      case 'css': swap(message.path); break;
      case 'reload': location.reload(); break;
    }
    dispatchEvent(new CustomEvent('folio', { detail: message }));
  };

  const connect = () => {
    const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
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
std::string client_tag(std::uint64_t generation) {
  return "<script src=\"/__folio/client.js?g=" + std::to_string(generation) + "\"></script>";
}

std::size_t client_tag_position(std::string_view html) {
  for (const std::string_view tag : {"</body", "</html"}) {
    const auto at = find_last(html, tag);
    if (at != std::string_view::npos) return at;
  }
  return html.size();
}

}  // namespace folio::dev
