// Files of public/: what is served, what goes before what, and that nothing leads out.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/test_server.hpp"
#include "base/http_date.hpp"

namespace test_files {
namespace page {
using namespace folio::absent;
using namespace folio;
std::string GET(Path<"name"> name) {
  return "page " + *name;
}
struct FolioFile {
  static constexpr std::string_view file = "[name].cpp";
  static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated;
  static constexpr folio::ParamNames<1> params{{"name"}};
};
FOLIO_ROUTE_UNIT
}  // namespace page
namespace uploads {
using namespace folio::absent;
using namespace folio;
std::string folder;
Result<Response> GET(Request& req) {
  return serve_files(req, folder);
}
Result<Response> POST(Request& req) {
  return serve_files(req, folder);
}
struct FolioFile {
  static constexpr std::string_view file = "up/[...path].cpp";
  static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated;
  static constexpr folio::ParamNames<1> params{{"path"}};
};
FOLIO_ROUTE_UNIT
}  // namespace uploads
namespace single {
using namespace folio::absent;
using namespace folio;
Response GET() {
  return Response::file(uploads::folder + "/large.bin");
}
struct FolioFile {
  static constexpr std::string_view file = "by-hand/single.cpp";
  static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated;
  static constexpr folio::ParamNames<0> params{};
};
FOLIO_ROUTE_UNIT
}  // namespace single
}  // namespace test_files

namespace folio {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::Client;
using test::TestServer;

struct StaticFiles : testing::Test {
  StaticFiles() : folder(fs::temp_directory_path() / ("folio-static-" + std::to_string(::getpid()))) {
    fs::remove_all(folder);
    fs::create_directories(folder / "public" / "docs");
    write("public/style.css", "body{}");
    write("public/docs/index.html", "<h1>docs</h1>");
    write("public/with space.txt", "spaced");
    write("public/.secret", "hidden");
    write("secret.txt", "outside");
    fs::create_symlink(folder / "secret.txt", folder / "public" / "link.txt");
    fs::create_symlink("style.css", folder / "public" / "alias.css");
    test_files::uploads::folder = (folder / "uploads").string();
    start();
  }
  void start(app::Config config = {}) {
    client.reset();
    config.public_files = (folder / "public").string();
    server = std::make_unique<TestServer>(
        std::vector<const RouteUnit*>{&test_files::page::folio_unit, &test_files::uploads::folio_unit,
                                      &test_files::single::folio_unit},
        config);
    client = std::make_unique<Client>(server->port());
  }
  ~StaticFiles() override {
    client.reset();
    server.reset();
    fs::remove_all(folder);
  }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << content;
  }
  // A file of nothing but zeros, which takes no room on the disk.
  void write_sparse(const std::string& name, std::uint64_t size, const std::string& end = {}) const {
    write(name, "");
    fs::resize_file(folder / name, size - end.size());
    std::ofstream(folder / name, std::ios::app) << end;
  }
  Answer with(const std::string& method, const std::string& path, const std::string& fields = {}) const {
    return client->ask(method + " " + path + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n", method == "HEAD");
  }

  fs::path folder;
  std::unique_ptr<TestServer> server;
  std::unique_ptr<Client> client;
};

TEST_F(StaticFiles, GoBeforeParameters) {
  const Answer css = client->get("/style.css");
  EXPECT_EQ(css.status, 200);
  EXPECT_EQ(css.body, "body{}");
  EXPECT_EQ(css.field("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(client->get("/other.css").body, "page other.css");
  EXPECT_EQ(client->ask("POST /style.css HTTP/1.1\r\nHost: a\r\n\r\n").status, 405);
}

TEST_F(StaticFiles, HeadIndexesAndEscapes) {
  const Answer head = client->ask("HEAD /style.css HTTP/1.1\r\nHost: a\r\n\r\n", true);
  EXPECT_EQ(head.field("Content-Length"), "6");
  EXPECT_EQ(client->get("/docs/").body, "<h1>docs</h1>");
  EXPECT_EQ(client->get("/docs/index.html").body, "<h1>docs</h1>");
  EXPECT_EQ(client->get("/nothing/here").status, 404);
}

TEST_F(StaticFiles, Conditional) {
  const Answer first = client->get("/style.css");
  const Answer second = client->get("/style.css", "If-None-Match: " + first.field("ETag") + "\r\n");
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
  EXPECT_EQ(client->get("/style.css", "If-Modified-Since: " + first.field("Last-Modified") + "\r\n").status, 304);
  EXPECT_EQ(client->get("/style.css", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status, 200);
  const Answer both = client->get(
      "/style.css", "If-None-Match: \"other\"\r\nIf-Modified-Since: " + first.field("Last-Modified") + "\r\n");
  EXPECT_EQ(both.status, 200) << "If-None-Match decides alone";
  EXPECT_EQ(client->get("/style.css").status, 200) << "the connection is in step";
}

TEST_F(StaticFiles, NothingLeadsOut) {
  for (const char* path :
       {"/docs/../../secret.txt", "/docs/%2e%2e/%2e%2e/secret.txt", "/..%2fsecret.txt", "/docs/..%2f..%2fsecret.txt",
        "/docs/%2e%2e%2f%2e%2e%2fsecret.txt", "/link.txt/", "/docs//../secret.txt"}) {
    EXPECT_EQ(client->get(path).body.find("outside"), std::string::npos) << path;
  }
  EXPECT_EQ(client->get("/link.txt").body.find("outside"), std::string::npos) << "a link out of the root";
  EXPECT_EQ(client->get("/alias.css").body, "body{}") << "a link inside of it";
  EXPECT_EQ(client->get("/.secret").body.find("hidden"), std::string::npos);
}

TEST_F(StaticFiles, HeadIsGetWithoutTheContent) {
  const Answer get = client->get("/style.css");
  const Answer head = with("HEAD", "/style.css");
  EXPECT_EQ(head.head.substr(head.head.find("Content-Type")), get.head.substr(get.head.find("Content-Type")));
  EXPECT_EQ(head.field("Content-Length"), "6");
  EXPECT_EQ(head.field("Accept-Ranges"), "bytes");
  EXPECT_EQ(head.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(with("HEAD", "/docs/").field("Content-Length"), "13");
  EXPECT_EQ(client->get("/style.css").status, 200) << "the connection is in step";
}

TEST_F(StaticFiles, FoldersGetTheirSlash) {
  const Answer answer = client->get("/docs?a=b%20c");
  EXPECT_EQ(answer.status, 308);
  EXPECT_EQ(answer.field("Location"), "/docs/?a=b%20c");
  write("public/docs/empty/a.txt", "a");
  EXPECT_EQ(client->get("/docs/empty/").status, 404) << "no list of what there is";
  for (const char* path : {"//docs", "//example.org/docs", "/docs//"}) {
    EXPECT_EQ(client->get(path).field("Location").find("//"), std::string::npos) << path;
  }
}

TEST_F(StaticFiles, OtherMethodsAreNotAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "PROPFIND"}) {
    const Answer answer = with(method, "/docs/index.html");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.field("Allow"), "GET, HEAD, OPTIONS") << method;
  }
  const Answer options = with("OPTIONS", "/docs/index.html");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.field("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(with("POST", "/docs/none.html").status, 404);
}

// RFC 9110 §13

TEST_F(StaticFiles, EntityTagsAreStrongAndQuoted) {
  const std::string tag = client->get("/style.css").field("ETag");
  ASSERT_GT(tag.size(), 2U);
  EXPECT_EQ(tag.front(), '"');
  EXPECT_EQ(tag.back(), '"');
  EXPECT_NE(tag, client->get("/docs/").field("ETag"));
  EXPECT_EQ(tag, with("HEAD", "/style.css").field("ETag"));
}

TEST_F(StaticFiles, Preconditions) {
  const Answer first = client->get("/style.css");
  const std::string tag = first.field("ETag");
  const std::string old = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(client->get("/style.css", "If-Match: " + tag + "\r\n").status, 200);
  EXPECT_EQ(client->get("/style.css", "If-Match: \"x\", " + tag + "\r\n").status, 200);
  EXPECT_EQ(client->get("/style.css", "If-Match: \"x\"\r\nIf-Match: " + tag + "\r\n").status, 200)
      << "two lines, one list";
  const Answer failed = client->get("/style.css", "If-Match: \"x\"\r\n");
  EXPECT_EQ(failed.status, 412);
  EXPECT_EQ(failed.body.find("body{}"), std::string::npos);
  EXPECT_EQ(client->get("/style.css", "If-Unmodified-Since: " + old + "\r\n").status, 412);
  EXPECT_EQ(client->get("/style.css", "If-Unmodified-Since: " + first.field("Last-Modified") + "\r\n").status, 200);
  EXPECT_EQ(client->get("/style.css", "If-None-Match: *\r\n").status, 304);
  EXPECT_EQ(client->get("/style.css", "If-None-Match: \"x\"\r\nIf-None-Match: W/" + tag + "\r\n").status, 304);
  const Answer unchanged = with("HEAD", "/style.css", "If-None-Match: " + tag + "\r\n");
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.field("ETag"), tag);
  EXPECT_EQ(unchanged.field("Cache-Control"), "no-cache");
  EXPECT_EQ(unchanged.field("Content-Length"), "");
  EXPECT_EQ(client->get("/none/such", "If-None-Match: *\r\n").status, 404);
}

TEST_F(StaticFiles, WhatIsWrittenAtTheTurnOfASecondHasTheDateThatItKeeps) {
  const auto second = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  };
  // Linux gives a file the time of the latest tick, unless a change of any file had to be told from one before that
  // somebody has seen: from then on all have that later time at least.
  write("seen.txt", "x");
  const fs::path seen = folder / "seen.txt";
  (void)fs::last_write_time(seen);
  for (const auto begun = second(); second() == begun;) std::this_thread::yield();
  fs::permissions(seen, fs::perms::owner_read);
  (void)fs::last_write_time(seen);
  fs::permissions(seen, fs::perms::owner_all);
  write("public/docs/now.txt", "x");
  const std::string modified = client->get("/docs/now.txt").field("Last-Modified");
  // For longer than a tick of the kernel's.
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  while (std::chrono::steady_clock::now() < end) {
    ASSERT_EQ(client->get("/docs/now.txt", "If-Unmodified-Since: " + modified + "\r\n").status, 200);
  }
}

TEST_F(StaticFiles, IsNotModifiedInTheFuture) {
  write("public/docs/tomorrow.txt", "x");
  fs::last_write_time(folder / "public/docs/tomorrow.txt", fs::file_time_type::clock::now() + std::chrono::hours(24));
  const Answer answer = client->get("/docs/tomorrow.txt");
  const auto modified = base::parse_http_date(answer.field("Last-Modified"), 0);
  const auto date = base::parse_http_date(answer.field("Date"), 0);
  ASSERT_TRUE(modified && date);
  EXPECT_LE(*modified, *date + 1) << "the Date is made once a second";
}

// RFC 9110 §14

TEST_F(StaticFiles, Ranges) {
  write("public/digits.txt", "0123456789");
  start();
  const auto range = [&](const std::string& value, const std::string& fields = {}) {
    return client->get("/digits.txt", "Range: " + value + "\r\n" + fields);
  };
  const Answer middle = range("bytes=2-4");
  EXPECT_EQ(middle.status, 206);
  EXPECT_EQ(middle.body, "234");
  EXPECT_EQ(middle.field("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(middle.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(middle.field("ETag"), client->get("/digits.txt").field("ETag"));
  EXPECT_EQ(range("bytes=-3").body, "789");
  EXPECT_EQ(range("bytes=7-").body, "789");
  EXPECT_EQ(range("bytes=0-").field("Content-Range"), "bytes 0-9/10");
  EXPECT_EQ(range("bytes=8-99").body, "89");
  EXPECT_EQ(range("bytes=0-2,5-6").field("Content-Range"), "bytes 0-6/10") << "too near to be worth two parts";
  const Answer outside = range("bytes=10-");
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.field("Content-Range"), "bytes */10");
  EXPECT_EQ(range("lines=0-1").status, 200);
  EXPECT_EQ(range("bytes=4-2").body, "0123456789");
  EXPECT_EQ(with("HEAD", "/digits.txt", "Range: bytes=2-4\r\n").status, 200) << "for GET alone";
  EXPECT_EQ(client->get("/digits.txt", "Range: bytes=0-0\r\nRange: bytes=2-2\r\n").status, 200);
}

TEST_F(StaticFiles, RangesOfTheSameFileOnly) {
  write("public/digits.txt", "0123456789");
  fs::last_write_time(folder / "public/digits.txt", fs::file_time_type::clock::now() - std::chrono::hours(1));
  start();
  const Answer whole = client->get("/digits.txt");
  const auto range = [&](const std::string& condition) {
    return client->get("/digits.txt", "Range: bytes=0-3\r\nIf-Range: " + condition + "\r\n").status;
  };
  EXPECT_EQ(range(whole.field("ETag")), 206);
  EXPECT_EQ(range("\"other\""), 200);
  EXPECT_EQ(range("W/" + whole.field("ETag")), 200);
  EXPECT_EQ(range(whole.field("Last-Modified")), 206);
  EXPECT_EQ(range("Sun, 06 Nov 1994 08:49:37 GMT"), 200);
  const std::string tag = "If-None-Match: " + whole.field("ETag") + "\r\n";
  EXPECT_EQ(client->get("/digits.txt", "Range: bytes=0-3\r\n" + tag).status, 304) << "conditions go first";
}

TEST_F(StaticFiles, SeveralRangesAreParts) {
  const std::string content = std::string(1000, 'a') + std::string(1000, 'b') + std::string(20'000, 'c');
  write("public/letters.txt", content);
  start();
  const Answer answer = client->get("/letters.txt", "Range: bytes=-2,0-1,1000-1001\r\n");
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.field("Content-Range"), "");
  const std::string type = answer.field("Content-Type");
  const std::string prefix = "multipart/byteranges; boundary=";
  ASSERT_EQ(type.substr(0, prefix.size()), prefix);
  const std::string mark = "\r\n--" + type.substr(prefix.size());
  const std::string head = mark + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ";
  EXPECT_EQ(answer.body, head + "21998-21999/22000\r\n\r\ncc" + head + "0-1/22000\r\n\r\naa" + head +
                             "1000-1001/22000\r\n\r\nbb" + mark + "--\r\n");
  // Many that overlap, and more than there may be, cost no more than the file.
  std::string many = "bytes=0-";
  for (int i = 1; i < 16; ++i) many += ",0-";
  EXPECT_EQ(client->get("/letters.txt", "Range: " + many + "\r\n").body.size(), content.size());
  for (int i = 0; i < 1000; ++i) many += ",0-";
  const Answer whole = client->get("/letters.txt", "Range: " + many + "\r\n");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, content);
}

TEST_F(StaticFiles, MaxRanges) {
  write("public/letters.txt", std::string(1000, 'a'));
  app::Config config;
  config.max_ranges = 2;
  start(config);
  EXPECT_EQ(client->get("/letters.txt", "Range: bytes=0-0,500-500\r\n").status, 206);
  EXPECT_EQ(client->get("/letters.txt", "Range: bytes=0-0,500-500,900-900\r\n").status, 200);
}

// RFC 9110 §12.5.3

TEST_F(StaticFiles, CompressedNeighbours) {
  write("public/app.js", "the script itself");
  for (const char* suffix : {"br", "zst", "gz"})
    write(std::string("public/app.js.") + suffix, std::string("in ") + suffix);
  start();
  const auto get = [&](const std::string& accept, const std::string& fields = {}) {
    return client->get("/app.js", "Accept-Encoding: " + accept + "\r\n" + fields);
  };
  const Answer plain = client->get("/app.js");
  EXPECT_EQ(plain.body, "the script itself");
  EXPECT_EQ(plain.field("Vary"), "Accept-Encoding") << "it would be another one for others";
  EXPECT_EQ(plain.field("Content-Encoding"), "");
  const Answer brotli = get("gzip, deflate, br, zstd");
  EXPECT_EQ(brotli.body, "in br");
  EXPECT_EQ(brotli.field("Content-Encoding"), "br");
  EXPECT_EQ(brotli.field("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(brotli.field("Vary"), "Accept-Encoding");
  EXPECT_EQ(get("gzip, deflate").body, "in gz");
  EXPECT_EQ(get("zstd;q=0.9, br;q=0.8").body, "in zst");
  EXPECT_EQ(get("br;q=0, *").body, "in zst");
  EXPECT_EQ(get("identity").body, "the script itself");
  EXPECT_EQ(get("gzip;q=0").body, "the script itself");

  const Answer gzip = get("gzip");
  EXPECT_NE(gzip.field("ETag"), brotli.field("ETag"));
  EXPECT_NE(gzip.field("ETag"), plain.field("ETag"));
  const Answer unchanged = get("gzip", "If-None-Match: " + gzip.field("ETag") + "\r\n");
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.field("Vary"), "Accept-Encoding");
  EXPECT_EQ(get("br", "If-None-Match: " + gzip.field("ETag") + "\r\n").status, 200);
  EXPECT_EQ(get("gzip", "Range: bytes=3-4\r\n").body, "gz") << "of the form that was chosen";
  EXPECT_EQ(client->get("/style.css", "Accept-Encoding: br\r\n").field("Vary"), "") << "there is but one";
}

// RFC 9111 §5.2.2, RFC 8246

TEST_F(StaticFiles, NamesWithAHashNeverChange) {
  write("public/assets/app.3f9a1c2b.js", "x");
  EXPECT_EQ(client->get("/assets/app.3f9a1c2b.js").field("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(client->get("/style.css").field("Cache-Control"), "no-cache");
  app::Config config;
  config.public_files_change = true;
  start(config);
  EXPECT_EQ(client->get("/assets/app.3f9a1c2b.js").field("Cache-Control"), "no-cache") << "not while it is developed";
}

TEST_F(StaticFiles, HiddenAndSpecialFilesAreNotThere) {
  write("public/.well-known/security.txt", "Contact");
  write("public/.git/config", "hidden");
  write("public/docs/.env", "hidden");
  ASSERT_EQ(::mkfifo((folder / "public/docs/fifo").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", folder / "public/docs/zero");
  fs::create_symlink("/", folder / "public/docs/top");
  EXPECT_EQ(client->get("/.well-known/security.txt").body, "Contact");
  for (const char* path :
       {"/.git/config", "/docs/.env", "/docs/%2eenv", "/docs/fifo", "/docs/zero", "/docs/top/etc/passwd",
        "/docs/index.html%00", "/docs%5cindex.html", "/docs/..%5cstyle.css", "/docs/index.html/"}) {
    const Answer answer = client->get(path);
    EXPECT_TRUE(answer.status != 200 || answer.body.starts_with("page ")) << path;
    EXPECT_EQ(answer.body.find("hidden"), std::string::npos) << path;
    EXPECT_EQ(answer.body.find("root:"), std::string::npos) << path;
  }
}

TEST_F(StaticFiles, ShowsWhatChanges) {
  app::Config config;
  config.file_recheck = 0;
  start(config);
  EXPECT_EQ(client->get("/docs/").body, "<h1>docs</h1>");
  write("new.html", "<h1>DOCS</h1>");
  fs::rename(folder / "new.html", folder / "public/docs/index.html");
  EXPECT_EQ(client->get("/docs/").body, "<h1>DOCS</h1>");
  fs::remove(folder / "public/docs/index.html");
  EXPECT_EQ(client->get("/docs/").status, 308) << "to the route with a parameter";
}

TEST_F(StaticFiles, LargeFilesHaveNoLimit) {
  constexpr std::uint64_t size = std::uint64_t{6} << 30;
  write_sparse("public/large.bin", size, "the end");
  start();
  EXPECT_EQ(with("HEAD", "/large.bin").field("Content-Length"), std::to_string(size));
  EXPECT_EQ(client->get("/large.bin", "Range: bytes=-7\r\n").body, "the end");
  const Answer part = client->get("/large.bin", "Range: bytes=5368709120-5369709119\r\n");
  EXPECT_EQ(part.field("Content-Range"), "bytes 5368709120-5369709119/" + std::to_string(size));
  EXPECT_EQ(part.body, std::string(1'000'000, '\0'));
}

TEST_F(StaticFiles, PipelinedLargeFilesComeInOrder) {
  std::string content;
  for (int i = 0; content.size() < 3'000'000; ++i) content += std::to_string(i) + '\n';
  write("public/numbers.txt", content);
  start();
  const std::string get = "GET /numbers.txt HTTP/1.1\r\nHost: a\r\n\r\n";
  client->send(get + "GET /docs/ HTTP/1.1\r\nHost: a\r\n\r\n" + get);
  EXPECT_TRUE(client->read().body == content);
  EXPECT_EQ(client->read().body, "<h1>docs</h1>");
  EXPECT_TRUE(client->read().body == content);
}

TEST_F(StaticFiles, AreNeverPaddedWhenTheyGetShorter) {
  write_sparse("public/shrinks.bin", 64'000'000);
  start();
  client->send("GET /shrinks.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(client->more());
  fs::resize_file(folder / "public/shrinks.bin", 1000);
  EXPECT_LT(client->read_all().size(), 64'000'000U) << "the connection ends early, which the client can tell";
}

TEST_F(StaticFiles, ByHand) {
  write("uploads/a/b.txt", "uploaded");
  write("uploads/a/index.html", "<h1>a</h1>");
  write("uploads/.hidden", "hidden");
  fs::create_symlink("../secret.txt", folder / "uploads" / "link.txt");
  EXPECT_EQ(client->get("/up/a/b.txt").body, "uploaded");
  EXPECT_EQ(client->get("/up/a/b.txt").field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(client->get("/up/a/b.txt", "Range: bytes=2-3\r\n").body, "lo");
  EXPECT_EQ(client->get("/up/a/b.txt", "If-None-Match: *\r\n").status, 304);
  EXPECT_EQ(client->get("/up/a/b.txt", "Range: bytes=99-\r\n").field("Content-Range"), "bytes */8");
  EXPECT_EQ(client->get("/up/a").body, "<h1>a</h1>");
  EXPECT_EQ(with("HEAD", "/up/a/b.txt").field("Content-Length"), "8");
  for (const char* path : {"/up/.hidden", "/up/link.txt", "/up/..%2fsecret.txt", "/up/%2e%2e/secret.txt", "/up/none",
                           "/up/a/..%5c..%5csecret.txt", "/up/%2e%2e%2fpublic%2fstyle.css"}) {
    EXPECT_EQ(client->get(path).status, 404) << path;
  }
  const Answer post = with("POST", "/up/a/b.txt", "Content-Length: 0\r\n");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.field("Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(StaticFiles, ResponseFileHasNoLimitEither) {
  write_sparse("uploads/large.bin", 100'000'000, "the end");
  EXPECT_EQ(with("HEAD", "/by-hand/single").field("Content-Length"), "100000000");
  const Answer answer = client->get("/by-hand/single");
  EXPECT_EQ(answer.body.size(), 100'000'000U);
  EXPECT_TRUE(answer.body.ends_with("the end"));
}

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t descriptors_of(const std::string& name) {
  std::size_t count = 0;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    count += fs::read_symlink(entry.path(), gone).string().ends_with(name) ? 1 : 0;
  }
  return count;
}

// As many readers as the descriptors allow, two for each, and up to 10,000: all of one file, and none of them reads on.
TEST_F(StaticFiles, ManySlowReadersTakeOneDescriptorAndLittleMemory) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  constexpr std::size_t others = 200;
  const std::size_t count =
      std::clamp<std::size_t>((static_cast<std::size_t>(limit.rlim_cur) - others) / 2, 100, 10'000);
  RecordProperty("readers", static_cast<int>(count));
  write_sparse("public/large.bin", std::uint64_t{1} << 40);
  start();
  {
    std::vector<std::unique_ptr<Client>> readers;
    readers.reserve(count);
    const std::size_t memory = resident_bytes();
    const int small = 4096;
    for (std::size_t i = 0; i < count; ++i) {
      readers.push_back(std::make_unique<Client>(server->port()));
      ::setsockopt(readers.back()->fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
      ASSERT_TRUE(readers.back()->send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    for (const auto& reader : readers) {
      char first = 0;
      ASSERT_EQ(::recv(reader->fd(), &first, 1, MSG_PEEK), 1);
    }
    EXPECT_EQ(descriptors_of("/large.bin"), 1U);
    const std::size_t grown = resident_bytes() - std::min(memory, resident_bytes());
    RecordProperty("bytes_each", static_cast<int>(grown / count));
    EXPECT_LT(grown / count, 64U * 1024) << count << " readers";
    EXPECT_EQ(client->get("/docs/").body, "<h1>docs</h1>") << "others are served";
    for (const auto& reader : readers) reader->reset();
  }
  server->stop();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace folio
