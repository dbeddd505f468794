// Folders that no path leads out of, and the cache of what is open in them.
#include "app/file_cache.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace folio::app {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

struct Folder {
  Folder() {
    char name[] = "/tmp/folio-root-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << content;
  }
  fs::path path;
};

struct FileRootTest : testing::TestWithParam<FileRoot::Resolve> {
  FileRootTest() {
    folder.write("root/a.txt", "a");
    folder.write("root/docs/b.txt", "b");
    folder.write("secret.txt", "outside");
    folder.write("root-beside/c.txt", "outside");
  }
  [[nodiscard]] std::string content(const std::string& below) const {
    const auto file = root.open(below);
    if (!file) return "none";
    if (file->kind() == base::File::Kind::Folder) return "folder";
    std::string text(file->size(), '\0');
    EXPECT_EQ(file->read(0, text.data(), text.size()), static_cast<std::ptrdiff_t>(text.size()));
    return text;
  }
  void link(const std::string& to, const std::string& name) const {
    fs::create_symlink(to, folder.path / "root" / name);
  }

  Folder folder;
  FileRoot root{(folder.path / "root").string(), hours(1), GetParam()};
};

TEST_P(FileRootTest, OpensFilesAndFolders) {
  EXPECT_EQ(content("a.txt"), "a");
  EXPECT_EQ(content("docs/b.txt"), "b");
  EXPECT_EQ(content("docs"), "folder");
  EXPECT_EQ(content("docs/"), "folder");
  EXPECT_EQ(content(""), "folder");
  EXPECT_EQ(content("none.txt"), "none");
  EXPECT_EQ(content("a.txt/"), "none");
  EXPECT_EQ(content("a.txt/b"), "none");
  EXPECT_EQ(content(std::string(5000, 'x')), "none");
}

TEST_P(FileRootTest, LetsNoLinkLeadOut) {
  link("../secret.txt", "up.txt");
  link((folder.path / "secret.txt").string(), "absolute.txt");
  link("..", "parent");
  link("/", "top");
  link("up.txt", "twice.txt");
  link("../root-beside", "beside");
  link("loop", "loop");
  link("/proc/self/cwd", "magic");
  for (const char* name : {"up.txt", "absolute.txt", "parent", "parent/secret.txt", "parent/root/a.txt",
                           "top/etc/passwd", "twice.txt", "beside/c.txt", "loop", "magic", "magic/CMakeLists.txt"}) {
    EXPECT_EQ(content(name), "none") << name;
  }
}

TEST_P(FileRootTest, FollowsLinksInsideWhereTheKernelGuardsThem) {
  link("a.txt", "alias.txt");
  link("docs", "manual");
  const bool kernel = GetParam() == FileRoot::Resolve::Kernel;
  EXPECT_EQ(content("alias.txt"), kernel ? "a" : "none");
  EXPECT_EQ(content("manual/b.txt"), kernel ? "b" : "none");
}

TEST_P(FileRootTest, WaitsForNoFifoAndOpensNoDeviceOrSocket) {
  ASSERT_EQ(::mkfifo((folder.path / "root/fifo").c_str(), 0600), 0);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = (folder.path / "root/socket").string();
  ASSERT_LT(name.size(), sizeof(address.sun_path));
  name.copy(address.sun_path, name.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(content("fifo"), "none");
  EXPECT_EQ(content("socket"), "none");
  ::close(fd);
  const FileRoot devices("/dev", hours(1), GetParam());
  EXPECT_EQ(devices.open("null"), nullptr);
}

TEST_P(FileRootTest, NoticesAnotherFolderInItsPlace) {
  const std::string path = (folder.path / "late").string();
  const FileRoot late(path, std::chrono::seconds(0), GetParam());
  EXPECT_EQ(late.open("a.txt"), nullptr);
  folder.write("late/a.txt", "first");
  ASSERT_TRUE(late.open("a.txt"));
  fs::rename(path, path + ".old");
  EXPECT_EQ(late.open("a.txt"), nullptr);
  folder.write("late/a.txt", "the second");
  ASSERT_TRUE(late.open("a.txt"));
  EXPECT_EQ(late.open("a.txt")->size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Ways, FileRootTest, testing::Values(FileRoot::Resolve::Kernel, FileRoot::Resolve::Components),
                         [](const auto& info) {
                           return info.param == FileRoot::Resolve::Kernel ? "Kernel" : "Components";
                         });

struct FileCacheTest : testing::Test {
  Folder folder;
  FileRoot root{folder.path.string(), hours(1)};
};

TEST_F(FileCacheTest, SharesWhatIsOpen) {
  folder.write("a.txt", "a");
  FileCache cache(10, hours(1), true);
  const auto first = cache.find(root, "a.txt");
  ASSERT_TRUE(first);
  EXPECT_EQ(cache.find(root, "a.txt"), first);
  EXPECT_EQ(cache.open_files(), 1U);
  EXPECT_EQ(cache.find(root, "b.txt"), nullptr);
  EXPECT_EQ(cache.open_files(), 1U) << "what is not there takes no room";
}

TEST_F(FileCacheTest, IsBounded) {
  FileCache cache(10, hours(1), true);
  for (int i = 0; i < 100; ++i) {
    const std::string name = std::to_string(i) + ".txt";
    folder.write(name, name);
    folder.write(name + ".gz", name);
    ASSERT_TRUE(cache.find(root, name));
    EXPECT_LE(cache.open_files(), 10U);
  }
  EXPECT_EQ(cache.open_files(), 10U) << "five files in two forms each";
  const auto held = cache.find(root, "99.txt");
  ASSERT_TRUE(cache.find(root, "0.txt"));
  EXPECT_EQ(cache.find(root, "99.txt"), held) << "the latest used ones stay";
  FileCache none(0, hours(1), true);
  EXPECT_TRUE(none.find(root, "1.txt"));
  EXPECT_EQ(none.open_files(), 0U);
}

TEST_F(FileCacheTest, LooksAgainWhenItIsTime) {
  folder.write("a.txt", "a");
  FileCache cache(10, std::chrono::seconds(0), true);
  const auto first = cache.find(root, "a.txt");
  EXPECT_EQ(cache.find(root, "a.txt"), first) << "nothing has changed";
  const auto tag = first->representations[0].entity_tag;

  folder.write("new.txt", "b");
  fs::rename(folder.path / "new.txt", folder.path / "a.txt");
  const auto second = cache.find(root, "a.txt");
  ASSERT_TRUE(second);
  EXPECT_NE(second->representations[0].entity_tag, tag) << "another file of the same size";

  folder.write("a.txt.br", "compressed");
  EXPECT_EQ(cache.find(root, "a.txt")->representations.size(), 2U);
  fs::remove(folder.path / "a.txt.br");
  EXPECT_EQ(cache.find(root, "a.txt")->representations.size(), 1U);
  fs::remove(folder.path / "a.txt");
  EXPECT_EQ(cache.find(root, "a.txt"), nullptr);
  EXPECT_EQ(cache.open_files(), 0U);
}

TEST_F(FileCacheTest, DoesNotLookEarlier) {
  folder.write("a.txt", "a");
  FileCache cache(10, hours(1), true);
  const auto first = cache.find(root, "a.txt");
  fs::remove(folder.path / "a.txt");
  EXPECT_EQ(cache.find(root, "a.txt"), first);
}

// The time of modification can be set, and tools do so.
TEST_F(FileCacheTest, TagsChangeThoughTheTimeIsSetBack) {
  folder.write("a.txt", "one");
  const auto time = fs::last_write_time(folder.path / "a.txt");
  FileCache cache(10, std::chrono::seconds(0), true);
  const auto tag = cache.find(root, "a.txt")->representations[0].entity_tag;
  // The clock of files ticks in milliseconds: write until it has.
  const auto changed = root.status("a.txt")->changed;
  while (root.status("a.txt")->changed == changed) {
    folder.write("a.txt", "two");
    fs::last_write_time(folder.path / "a.txt", time);
  }
  EXPECT_NE(cache.find(root, "a.txt")->representations[0].entity_tag, tag);
}

TEST_F(FileCacheTest, LeavesOutNeighboursThatAreOlder) {
  folder.write("a.js", "script");
  folder.write("a.js.br", "old");
  folder.write("a.js.gz", "of the same time");
  fs::create_directories(folder.path / "a.js.zst");
  const auto time = fs::last_write_time(folder.path / "a.js");
  fs::last_write_time(folder.path / "a.js.br", time - std::chrono::seconds(5));
  fs::last_write_time(folder.path / "a.js.gz", time);
  FileCache cache(10, hours(1), true);
  const auto served = cache.find(root, "a.js");
  ASSERT_EQ(served->representations.size(), 2U);
  EXPECT_EQ(served->representations[1].coding, http::ContentCoding::Gzip);
  FileCache plain(10, hours(1), false);
  EXPECT_EQ(plain.find(root, "a.js")->representations.size(), 1U);
}

TEST_F(FileCacheTest, IsSharedByThreads) {
  for (int i = 0; i < 8; ++i) folder.write(std::to_string(i), std::to_string(i));
  const FileRoot changing(folder.path.string(), std::chrono::seconds(0));
  FileCache cache(4, std::chrono::seconds(0), true);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 200; ++i) {
        const std::string name = std::to_string((i + thread) % 8);
        const auto served = cache.find(changing, name);
        ASSERT_TRUE(served);
        char first = 0;
        EXPECT_EQ(served->representations[0].file->read(0, &first, 1), 1);
        EXPECT_EQ(first, name[0]);
      }
    });
  }
  for (auto& each : threads) each.join();
  EXPECT_LE(cache.open_files(), 4U);
}

TEST_F(FileCacheTest, KeepsFoldersApart) {
  folder.write("x/y/a.txt", "secret");
  fs::create_directories(folder.path / "x/y/inner");
  fs::create_symlink("../a.txt", folder.path / "x/y/inner/b.txt");
  const FileRoot outer((folder.path / "x").string(), hours(1));
  const FileRoot inner((folder.path / "x/y/inner").string(), hours(1));
  FileCache cache(10, hours(1), true);
  EXPECT_TRUE(cache.find(outer, "y/inner/b.txt"));
  EXPECT_EQ(cache.find(inner, "b.txt"), nullptr) << "from here the link leads out";
}

}  // namespace
}  // namespace folio::app
