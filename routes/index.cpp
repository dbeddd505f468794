// The start page, at /. Change a word below and save: the page reloads by itself.
#include <folio/folio.hpp>

#include <string>

using namespace folio;

// A raw string: text as it stands, quotes and all.
static constexpr const char* page = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Folio</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%231f7a55' d='M6 3h13l7 7v19H6z'/%3E%3Cpath fill='%23a7dcc0' d='M19 3v7h7z'/%3E%3C/svg%3E">
<style>
  :root {
    --paper: #fbf9f4; --card: #fffefb; --ink: #22201b; --soft: #6a655a; --line: #e4dfd3;
    --leaf: #1c7350; --leaf-soft: #e3f1e9; --code: #f4f1e8;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --paper: #15171a; --card: #1c1f23; --ink: #eceae4; --soft: #a09c92; --line: #2e3237;
      --leaf: #7fd3a9; --leaf-soft: #1e332a; --code: #121417;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0; background: var(--paper); color: var(--ink);
    font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  }
  main { max-width: 64rem; margin: 0 auto; padding: clamp(2.5rem, 8vw, 6rem) 1.5rem 4rem; }
  h1 {
    margin: 1.25rem 0 .75rem; max-width: 18ch; font-size: clamp(2.25rem, 6vw, 3.75rem);
    line-height: 1.08; letter-spacing: -.025em; font-weight: 650; text-wrap: balance;
  }
  .lead { max-width: 38rem; margin: 0; color: var(--soft); font-size: 1.1875rem; }
  .running { display: inline-flex; align-items: center; gap: .625rem; margin: 0; color: var(--leaf); font-weight: 600; }
  .running svg { width: 2rem; height: 2rem; }
  .steps { display: grid; gap: 1.25rem; margin: 3rem 0; padding: 0; list-style: none; counter-reset: step; }
  @media (min-width: 56rem) { .steps { grid-template-columns: repeat(3, 1fr); } }
  .steps li {
    display: flex; flex-direction: column; min-width: 0; padding: 1.5rem;
    background: var(--card); border: 1px solid var(--line); border-radius: 1rem; counter-increment: step;
  }
  .steps li::before {
    content: counter(step); display: grid; place-items: center; width: 2rem; height: 2rem; border-radius: 50%;
    background: var(--leaf-soft); color: var(--leaf); font-weight: 700; font-size: .9375rem;
  }
  h2 { margin: .875rem 0 .25rem; font-size: 1.1875rem; letter-spacing: -.01em; }
  .steps p { margin: 0 0 1rem; color: var(--soft); }
  code, pre { font-family: ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, monospace; font-size: .875em; }
  :not(pre) > code { padding: .1em .35em; background: var(--code); border-radius: .3em; color: var(--ink); white-space: nowrap; }
  pre {
    margin: 0; padding: .875rem 1rem; overflow-x: auto; line-height: 1.55; font-size: .8125rem;
    background: var(--code); border: 1px solid var(--line); border-radius: .625rem;
  }
  pre .dim { color: var(--soft); }
  table { width: 100%; border-collapse: collapse; }
  caption { padding-bottom: .5rem; text-align: left; font-weight: 650; font-size: 1.1875rem; }
  th, td { padding: .625rem 1rem .625rem 0; border-top: 1px solid var(--line); text-align: left; font-weight: 400; }
  td:last-child { color: var(--soft); }
  a { color: var(--leaf); text-underline-offset: .2em; }
  :focus-visible { outline: 3px solid var(--leaf); outline-offset: 3px; border-radius: .25rem; }
  @media (max-width: 40rem) {
    tr { display: block; padding: .625rem 0; border-top: 1px solid var(--line); }
    th, td { display: block; padding: 0; border: 0; }
    code { overflow-wrap: anywhere; white-space: normal !important; }
  }
</style>
</head>
<body>
<main>
  <p class="running">
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <path fill="currentColor" d="M6 3h13l7 7v19H6z"/><path fill="var(--leaf-soft)" d="M19 3v7h7z"/>
    </svg>
    Folio is running
  </p>
  <h1>Drop a file into routes, and it is live.</h1>
  <p class="lead">This page is <code>routes/index.cpp</code>. Here is what you can do next.</p>

  <ol class="steps">
    <li>
      <h2>Edit this page</h2>
      <p>Open <code>routes/index.cpp</code>, change the headline and save. Look here again: the page reloads by itself.</p>
      <pre tabindex="0" aria-label="Code">Html GET() {
  return Html(page);
}</pre>
    </li>
    <li>
      <h2>Add a route</h2>
      <p>Save this as <code>routes/hello.cpp</code>, then open <code>/hello</code>. There is nothing to register.</p>
      <pre tabindex="0" aria-label="Code">#include &lt;folio/folio.hpp&gt;
using namespace folio;

std::string GET() {
  return "Hello!";
}</pre>
    </li>
    <li>
      <h2>Open the chat</h2>
      <p>Start the examples beside this app, and open <code>/ws/chat</code> in two windows. A room is 40 lines.</p>
      <pre tabindex="0" aria-label="Command"><span class="dim">$</span> ./folio dev example</pre>
    </li>
  </ol>

  <table>
    <caption>What is here already</caption>
    <tbody>
      <tr><th scope="row"><a href="/hello/World">/hello/World</a></th><td><code>routes/hello/[name].cpp</code></td><td>a parameter from the file name</td></tr>
      <tr><th scope="row"><a href="/health">/health</a></th><td><code>routes/health.cpp</code></td><td>a plain struct as JSON</td></tr>
    </tbody>
  </table>
</main>
</body>
</html>
)html";

Html GET() {
  return Html(page);
}
