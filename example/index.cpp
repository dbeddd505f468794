// The list of the demonstrations, at /.
#include <folio/folio.hpp>

using namespace folio;

static constexpr const char* page = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Folio by example</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%231f7a55' d='M6 3h13l7 7v19H6z'/%3E%3Cpath fill='%23a7dcc0' d='M19 3v7h7z'/%3E%3C/svg%3E">
<style>
  :root { --paper: #fbf9f4; --card: #fffefb; --ink: #22201b; --soft: #6a655a; --line: #e4dfd3; --leaf: #1c7350; --code: #f4f1e8; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #15171a; --card: #1c1f23; --ink: #eceae4; --soft: #a09c92; --line: #2e3237; --leaf: #7fd3a9; --code: #121417; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
  main { max-width: 56rem; margin: 0 auto; padding: clamp(2rem, 6vw, 4rem) 1.5rem; }
  h1 { margin: 0 0 .5rem; font-size: clamp(2rem, 5vw, 3rem); line-height: 1.1; letter-spacing: -.025em; }
  .lead { max-width: 38rem; margin: 0; color: var(--soft); }
  h2 { margin: 2.5rem 0 .75rem; font-size: 1.1875rem; }
  ul { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
  li { display: grid; gap: 0 1.5rem; padding: .625rem 0; border-bottom: 1px solid var(--line); }
  @media (min-width: 44rem) { li { grid-template-columns: 15rem 1fr; } }
  li span { color: var(--soft); }
  a { color: var(--leaf); text-underline-offset: .2em; font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9375em; overflow-wrap: anywhere; }
  code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .875em; overflow-wrap: anywhere; }
  .chat { display: block; margin-top: 2rem; padding: 1.25rem 1.5rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card); color: inherit; text-decoration: none; font: inherit; }
  .chat strong { display: block; color: var(--leaf); font-size: 1.1875rem; }
  .chat:hover { border-color: var(--leaf); }
  :focus-visible { outline: 3px solid var(--leaf); outline-offset: 3px; border-radius: .25rem; }
</style>
</head>
<body>
<main>
  <h1>Folio by example</h1>
  <p class="lead">Every line below is a small file in <code>example/</code>, and the file's name is its address. Open it beside this page, change it, and reload.</p>

  <a class="chat" href="/ws/chat"><strong>Chat</strong> Open it in two windows. The page and the room are one file, ws/chat.cpp.</a>

  <h2>Requests and responses</h2>
  <ul>
    <li><a href="/users">/users</a><span>a store: GET, POST, PUT and DELETE with JSON and plain structs</span></li>
    <li><a href="/users/1">/users/1</a><span>a parameter with a matcher, <code>[id=uint].cpp</code></span></li>
    <li><a href="/search?q=folio&amp;tag=web&amp;tag=c%2B%2B">/search?q=folio&amp;tag=web</a><span>the query as a struct</span></li>
    <li><a href="/form">/form</a><span>an HTML form</span></li>
    <li><a href="/visits">/visits</a><span>a cookie</span></li>
    <li><a href="/counter">/counter</a><span>state that all requests share</span></li>
    <li><a href="/inspect?a=1">/inspect</a><span>any method; what the request looked like</span></li>
    <li><a href="/primes/1000000">/primes/1000000</a><span>long work beside the loop, with offload</span></li>
    <li><a href="/clock">/clock</a><span>Server-Sent Events, one a second</span></li>
    <li><code>PUT /upload</code><span>a body of any size, read as it arrives</span></li>
    <li><a href="/sleep/500">/sleep/500</a><span>waiting without a thread</span></li>
  </ul>

  <h2>Files and paths</h2>
  <ul>
    <li><a href="/docs/a/b/c">/docs/a/b/c</a><span>the rest of a path, <code>docs/[...path].cpp</code></span></li>
    <li><a href="/blog">/blog</a><span>an optional parameter, <code>blog/[[page]].cpp</code></span></li>
    <li><a href="/v1.json">/v1.json</a><span>text around a parameter, <code>v[version].json.cpp</code></span></li>
    <li><a href="/greet/fr">/greet/fr</a><span>a matcher of the app's own, <code>_matchers/language.cpp</code></span></li>
    <li><a href="/.well-known/security.txt">/.well-known/security.txt</a><span>the one dot-folder that is served</span></li>
    <li><a href="/reports">/reports</a><span>a group and its middleware, <code>(admin)/_middleware.cpp</code>; it wants a token</span></li>
    <li><a href="/errors">/errors</a><span>ways to fail, <code>_error.cpp</code> and <code>_404.cpp</code></span></li>
  </ul>

  <h2>WebSockets</h2>
  <ul>
    <li><a href="/ws">/ws</a><span>a console, to try those below</span></li>
    <li><a href="/ws?path=/ws/echo">/ws/echo</a><span>the shortest one</span></li>
    <li><a href="/ws?path=/ws/basic">/ws/basic</a><span>an upgrade by hand</span></li>
    <li><a href="/ws?path=/ws/split">/ws/split</a><span>sending and receiving at once</span></li>
    <li><a href="/ws?path=/ws/rooms?user=ada">/ws/rooms</a><span>a room of channels</span></li>
    <li><a href="/ws?path=/ws/kinds">/ws/kinds</a><span>text, binary, ping, pong and close</span></li>
    <li><a href="/ws?path=/ws/direct/ada">/ws/direct/ada</a><span>messages from one to another</span></li>
  </ul>
</main>
</body>
</html>
)html";

Html GET() {
  return Html(page);
}
