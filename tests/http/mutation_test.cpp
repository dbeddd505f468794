// Requests with small faults, made by a generator with a fixed seed, through the parser and through a second,
// independent reading of the grammar. Both must see the same messages, and what one refuses the other must not
// complete. A hundred thousand of them: from a corpus, from chunked bodies and from pipelines that are made at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
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

  // What a mutant began as.
  enum Kind : std::size_t { Corpus, Chunks, Pipeline, kinds };

  std::string mutant(Kind kind) {
    std::string text = kind == Corpus   ? corpus()[below(corpus().size())]
                       : kind == Chunks ? chunked_message()
                                        : pipeline();
    // Now and then none: what is right must come through.
    for (std::size_t faults = below(4); faults > 0; --faults) mutate(text);
    if (below(16) == 0) text.resize(1 + below(text.size()));  // cut off
    return text;
  }

  std::string chunked_message() {
    std::string text = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t chunks = below(4); chunks > 0; --chunks) {
      const std::string data = content(1 + below(20));
      text += size_line(data.size()) + data + "\r\n";
    }
    text += size_line(0);
    for (std::size_t trailers = below(3); trailers > 0; --trailers) text += one_of({"T: v\r\n", "U:\r\n", "V: \t w \r\n"});
    return text + "\r\n";
  }

  std::string pipeline() {
    std::string text;
    for (std::size_t count = 2 + below(4); count > 0; --count) {
      switch (below(4)) {
        case 0:
          text += corpus()[below(corpus().size())];
          break;
        case 1:
          text += chunked_message();
          break;
        case 2: {
          const std::string data = content(below(30));
          text += "PUT /l HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(data.size()) + "\r\n\r\n" + data;
          break;
        }
        default:
          text += "GET /" + std::to_string(count) + " HTTP/1.1\r\nHost: a\r\n\r\n";
      }
    }
    return text;
  }

 private:
  std::string one_of(const std::vector<std::string>& texts) { return texts[below(texts.size())]; }

  // Content that looks like framing more often than not.
  std::string content(std::size_t size) {
    std::string made;
    while (made.size() < size) made += below(3) == 0 ? std::string(1, static_cast<char>(below(256))) : one_of(pieces());
    made.resize(size);
    return made;
  }

  std::string size_line(std::size_t size) {
    char digits[32];
    std::snprintf(digits, sizeof digits, below(2) == 0 ? "%zx" : "%04zX", size);
    std::string line = digits;
    if (below(3) == 0) line += one_of({";a", ";a=b", ";a=\"b;c\"", ";a=\"\\\"\";d", ";a;b=c"});
    return line + "\r\n";
  }

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

constexpr int mutants = 100'000;

TEST(Mutation, ParserAndGrammarAgree) {
  const Limits limits;
  Mutator mutator;
  int accepted = 0;
  int refused = 0;
  int unfinished = 0;
  std::size_t messages = 0;
  std::size_t bodies = 0;
  for (int i = 0; i < mutants; ++i) {
    const auto kind = static_cast<Mutator::Kind>(static_cast<std::size_t>(i) % Mutator::kinds);
    const std::string input = mutator.mutant(kind);
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
    messages += reading.messages.size();
    bodies += static_cast<std::size_t>(
        std::ranges::count_if(reading.messages, [](const GrammarMessage& each) { return !each.body.empty(); }));
    if (i % 8 == 0) ASSERT_EQ(in_runs(input, 1, limits), outcome) << "byte by byte: " << shown;
    // A head that comes a second time is known again when it comes in one piece, and read anew when it does not.
    if (i % 4 == 0) ASSERT_EQ(in_runs(input + input, 1, limits), whole(input + input, limits)) << "twice: " << shown;
  }
  // The mutants are worth something only while there are many of each kind.
  EXPECT_GT(accepted, mutants / 20);
  EXPECT_GT(unfinished, mutants / 100);
  EXPECT_GT(refused, mutants / 3);
  EXPECT_GT(messages, std::size_t{mutants} / 2);
  EXPECT_GT(bodies, std::size_t{mutants} / 4);
  RecordProperty("accepted", accepted);
  RecordProperty("unfinished", unfinished);
  RecordProperty("refused", refused);
  RecordProperty("messages", static_cast<int>(messages));
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
