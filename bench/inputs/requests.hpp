// Requests as clients send them: what the programs of micro/ and hot_paths/ have the server read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

// What a load generator sends.
inline constexpr std::string_view three_fields =
    "GET / HTTP/1.1\r\n"
    "Host: 127.0.0.1:5000\r\n"
    "User-Agent: load\r\n"
    "Accept: */*\r\n"
    "\r\n";

// What a program sends that asks for JSON.
inline constexpr std::string_view four_fields =
    "GET / HTTP/1.1\r\n"
    "Host: 127.0.0.1:5000\r\n"
    "User-Agent: curl/8.5.0\r\n"
    "Accept: application/json\r\n"
    "Accept-Encoding: gzip\r\n"
    "\r\n";

// A browser that is shown the next page of a site.
inline constexpr std::string_view browser =
    "GET /users/7/edit?tab=profile HTTP/1.1\r\n"
    "Host: www.example.org\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Accept-Language: de,en-US;q=0.7,en;q=0.3\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Referer: https://www.example.org/users\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; seen=1720000000\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "\r\n";

// A body of `chunks` chunks with `size` bytes each.
inline std::string chunked_upload(int chunks, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string length;
  for (std::size_t rest = size; rest != 0; rest /= 16) length.insert(length.begin(), digits[rest % 16]);
  std::string request =
      "POST /upload HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nUser-Agent: curl/8.5.0\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < chunks; ++i) request += length + "\r\n" + std::string(size, 'x') + "\r\n";
  return request + "0\r\n\r\n";
}

}  // namespace bench
