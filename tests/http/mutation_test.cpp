// Requests with small faults, made by a generator with a fixed seed, through the parser and through a second,
// independent reading of the grammar. Both must see the same messages, and what one refuses the other must not
// complete.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "connection_harness.hpp"
#include "strict_grammar.hpp"

namespace folio::http::testing {
namespace {

using namespace std::string_literals;

const std::vector<std::string>& corpus() {
  static const std::vector<std::string> requests = {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /a/b%20c?x=1&y=%41 HTTP/1.1\r\nHost: example.org:5000\r\nAccept: text/html, */*;q=0.8\r\nX:\r\n\r\n",
      "GET http://h:80/p?q HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n"
      "3;a=b;c=\"d\\\"e\"\r\nabc\r\n00a\r\n0123456789\r\n0;x\r\nT: v\r\nU:\r\n\r\n",
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n",
      "\r\nDELETE /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: b\r\n\r\n",
      "PUT /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcPATCH /2 HTTP/1.1\r\nHost: a\r\n"
      "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
  };
  return requests;
}

// What faults are made of.
const std::vector<std::string>& pieces() {
  static const std::vector<std::string> all = {
      "\r",
      "\n",
      "\r\n",
      "\r\n\r\n",
      " ",
      "\t",
      ":",
      ";",
      ",",
      "\"",
      "\\",
      "%",
      "%zz",
      "#",
      "?",
      "/",
      "*",
      "@",
      "[",
      "]",
      "=",
      "0",
      "1",
      "5",
      "f",
      "-",
      "+",
      "_",
      "\0"s,
      "\x01",
      "\x7f",
      "\x80",
      "\xff",
      "\v",
      "\f",
      "\r\n ",
      "\r\n\t",
      "\r\nX: y",
      "Host: b\r\n",
      "Content-Length: 5\r\n",
      "Content-Length: 0\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Transfer-Encoding: gzip, chunked\r\n",
      "Transfer-Encoding:\r\n",
      "Connection: close\r\n",
      "Connection: upgrade\r\n",
      "Upgrade: x\r\n",
      "Expect: 100-continue\r\n",
      " HTTP/1.1",
      "HTTP/1.0",
      "HTTP/2.0",
      "HTTP/0.9",
      "GET",
      "POST",
      "FOO",
      "OPTIONS",
      "CONNECT",
      "http://",
      "https://h",
      "0\r\n\r\n",
      "ffffffffffffffff",
      "00000000",
      "chunked",
      "close",
      "a=b",
  };
  return all;
}

class Mutator {
 public:
  // mt19937 gives the same numbers everywhere; the distributions of the library do not, so they are not used.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_()) % bound; }

  std::string mutant() {
    std::string text = corpus()[below(corpus().size())];
    for (std::size_t faults = 1 + below(3); faults > 0; --faults) mutate(text);
    return text;
  }

 private:
  void mutate(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t count = std::min(text.size() - at, 1 + below(4));
    switch (below(8)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.erase(at, count);
        break;
      case 2:
        text.insert(at, pieces()[below(pieces().size())]);
        break;
      case 3:
        text.replace(at, count, pieces()[below(pieces().size())]);
        break;
      case 4:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 5:
        text.insert(at, text.substr(at, 1 + below(20)));
        break;  // a piece twice
      case 6:
        insert_line(text, at);
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ 0x20);  // the other case, or near it
    }
    if (text.empty()) text = "\r";
  }

  // A whole piece at the start of a line, where headers stand.
  void insert_line(std::string& text, std::size_t from) {
    const std::size_t end = text.find("\r\n", from);
    if (end != std::string::npos) text.insert(end + 2, pieces()[below(pieces().size())]);
  }

  std::mt19937 random_{20240229};
};

GrammarMessage as_grammar(const Message& message) {
  return {message.method, message.target,     message.host,   message.body,
          message.fields, message.keep_alive, message.upgrade};
}

std::vector<GrammarMessage> complete(const Outcome& outcome) {
  std::vector<GrammarMessage> messages;
  for (const Message& message : outcome.messages) {
    if (message.complete) messages.push_back(as_grammar(message));
  }
  return messages;
}

std::string printable(std::string_view text) {
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n\n";
    } else if (byte < 32 || byte > 126) {
      out += "\\x" + std::to_string(byte);
    } else {
      out += c;
    }
  }
  return out;
}

// Ends that could complete whatever a message lacks.
const std::vector<std::string>& endings() {
  static const std::vector<std::string> all = {
      "\r\n\r\n",
      "\n\r\n\r\n",
      "\r\n",
      "\n",
      "0\r\n\r\n",
      "\r\n0\r\n\r\n",
      " HTTP/1.1\r\nHost: a\r\n\r\n",
      "x\r\n\r\n",
      ": x\r\n\r\n",
      "\r\nHost: a\r\n\r\n",
      "\nHost: a\r\n\r\n",
      "Host: a\r\n\r\n",
      "\"\r\n\r\n",
  };
  return all;
}

constexpr int mutants = 20000;

TEST(Mutation, ParserAndGrammarAgree) {
  const Limits limits;
  Mutator mutator;
  int accepted = 0;
  int refused = 0;
  int unfinished = 0;
  for (int i = 0; i < mutants; ++i) {
    const std::string input = mutator.mutant();
    const Outcome outcome = whole(input, limits);
    const Reading reading = StrictGrammar::read(input, limits.max_body);
    const std::string shown = "mutant " + std::to_string(i) + ": " + outcome.reason + "\n" + printable(input);
    if (reading.end == Verdict::Either) continue;
    ASSERT_EQ(complete(outcome), reading.messages) << shown;
    if (outcome.status != 0) {
      ++refused;
      // Nothing that may follow makes a message of it.
      ASSERT_NE(reading.end, Verdict::Complete) << shown;
      for (const std::string& ending : endings()) {
        if (reading.end == Verdict::Invalid) break;
        ASSERT_EQ(StrictGrammar::read(input + ending, limits.max_body).messages.size(), reading.messages.size())
            << shown;
      }
    } else if (reading.end == Verdict::Invalid) {
      // The parser may wait for the end of the head with its verdict, but not beyond.
      for (const std::string& ending : endings()) {
        ASSERT_EQ(complete(whole(input + ending, limits)).size(), reading.messages.size())
            << shown << "then " << printable(ending);
      }
      ++refused;
    } else {
      ASSERT_EQ(outcome.at_boundary, reading.end == Verdict::Complete) << shown;
      ++(reading.end == Verdict::Complete ? accepted : unfinished);
    }
    // However it was split.
    const std::size_t cut = 1 + mutator.below(input.size());
    ASSERT_EQ(split_at(input, cut, limits), outcome) << "split at " << cut << " of " << shown;
    if (i % 8 == 0) ASSERT_EQ(in_runs(input, 1, limits), outcome) << "byte by byte: " << shown;
  }
  // The mutants are worth something only while there are many of each kind.
  EXPECT_GT(accepted, mutants / 20);
  EXPECT_GT(unfinished, mutants / 100);
  EXPECT_GT(refused, mutants / 3);
}

TEST(Mutation, TheCorpusItselfIsAccepted) {
  for (const std::string& request : corpus()) {
    const Outcome outcome = whole(request);
    EXPECT_EQ(outcome.status, 0) << outcome.reason << printable(request);
    EXPECT_TRUE(outcome.at_boundary) << printable(request);
    EXPECT_EQ(complete(outcome), StrictGrammar::read(request, Limits{}.max_body).messages);
  }
}

}  // namespace
}  // namespace folio::http::testing
