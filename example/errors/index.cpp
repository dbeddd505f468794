// Ways to fail, and what becomes of each. _error.cpp and _404.cpp beside this file answer for the whole folder.
#include <folio/folio.hpp>

using namespace folio;

Html GET() {
  return Html(R"html(<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Errors</title>
<link rel="icon" href="data:,">
<style>body { max-width: 36rem; margin: 3rem auto; padding: 0 1.5rem; font: 1.0625rem/1.6 system-ui, sans-serif; }</style>
<h1>Ways to fail</h1>
<ul>
  <li><a href="/errors/teapot">A Result that holds an AppError</a>
  <li><a href="/errors/conflict">An AppError that is thrown</a>
  <li><a href="/errors/bug">An exception that nobody catches</a>
  <li><a href="/errors/no/such/page">A path without a route</a>
</ul>
</html>
)html");
}
