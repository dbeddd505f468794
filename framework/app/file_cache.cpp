#include "app/file_cache.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "app/file_path.hpp"
#include "base/http_date.hpp"
#include "core/media_type.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"

namespace folio::app {
namespace {

using http::ContentCoding;

constexpr std::array compressed{ContentCoding::Brotli, ContentCoding::Zstd, ContentCoding::Gzip};

// What nobody has asked for in this time is closed when something else is asked for: a file that was deleted gives its
// space back.
constexpr std::chrono::seconds unused_after(60);

// A strong validator (RFC 9110 §8.8.1) has to change whenever the content does. The time of modification alone does
// not: tools set it (archives, reproducible builds: one date for all that was ever built), and its clock ticks in
// milliseconds. The inode changes with a file that takes the place of another, the time of change cannot be set, and is
// new for every write and every rename. All of them change on another machine too, so behind a balancer that does not
// send a client to the same one again a file may be fetched twice; never is a wrong one put together. It is hashed, as
// inodes are nobody's business.
std::string make_entity_tag(const base::File::Status& status) {
  constexpr std::size_t tag_bytes = 12;
  const std::array<std::uint64_t, 5> facts{status.device, status.inode, status.size,
                                           static_cast<std::uint64_t>(status.modified),
                                           static_cast<std::uint64_t>(status.changed)};
  const auto digest = crypto::sha256({reinterpret_cast<const char*>(facts.data()), sizeof(facts)});
  return '"' + crypto::base64_encode({reinterpret_cast<const char*>(digest.data()), tag_bytes}) + '"';
}

Representation represent(std::string name, std::shared_ptr<const base::File> file, ContentCoding coding) {
  std::string tag = make_entity_tag(file->status());
  std::string date = base::http_date(file->status().modified_seconds());
  return {.name = std::move(name),
          .file = std::move(file),
          .coding = coding,
          .entity_tag = std::move(tag),
          .last_modified = std::move(date)};
}

}  // namespace

FileCache::FileCache(std::size_t max_open, std::chrono::nanoseconds recheck, bool neighbours)
    : max_open_(max_open), recheck_(recheck), neighbours_(neighbours) {}

std::shared_ptr<const ServedFile> FileCache::find(const FileRoot& root, const std::string& below) {
  const std::string key = root.path() + '\0' + below;
  const auto now = Clock::now();
  std::shared_ptr<const ServedFile> known;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      Entry& entry = *found->second;
      entries_.splice(entries_.begin(), entries_, found->second);
      if (now - entry.checked < recheck_) return entry.served;
      entry.checked = now;  // one thread looks, the others take what there is
      known = entry.served;
    }
  }
  if (known && is_current(root, *known)) return known;
  auto served = load(root, below);
  const std::lock_guard lock(mutex_);
  if (const auto old = by_key_.find(key); old != by_key_.end()) drop(old->second);
  if (served && !served->is_folder) keep(key, served, now);
  shrink(now);
  return served;
}

std::size_t FileCache::open_files() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

std::shared_ptr<const ServedFile> FileCache::load(const FileRoot& root, const std::string& below) const {
  auto file = root.open(below);
  if (!file) return nullptr;
  ServedFile served;
  if (file->kind() == base::File::Kind::Folder) {
    served.is_folder = true;
    const auto index = root.open(below.empty() || below.ends_with('/') ? below + "index.html" : below + "/index.html");
    served.has_index = index && index->kind() == base::File::Kind::Regular;
    return std::make_shared<const ServedFile>(std::move(served));
  }
  const std::int64_t modified = file->status().modified_seconds();
  served.media_type = core::media_type(below);
  served.has_content_hash = has_content_hash(below);
  served.representations.push_back(represent(below, std::move(file), ContentCoding::Identity));
  if (neighbours_) {
    for (const ContentCoding coding : compressed) {
      std::string name = below + std::string(http::coding_suffix(coding));
      auto neighbour = root.open(name);
      if (!neighbour || neighbour->kind() != base::File::Kind::Regular) continue;
      if (neighbour->status().modified_seconds() < modified) continue;  // compressed from what the file was before
      served.representations.push_back(represent(std::move(name), std::move(neighbour), coding));
    }
  }
  return std::make_shared<const ServedFile>(std::move(served));
}

// Whether every form is what it was, and there is no new one.
bool FileCache::is_current(const FileRoot& root, const ServedFile& served) const {
  const auto& all = served.representations;
  const auto is_same = [&](const Representation& one) { return root.status(one.name) == one.file->status(); };
  if (!std::ranges::all_of(all, is_same)) return false;
  return !neighbours_ || std::ranges::all_of(compressed, [&](ContentCoding coding) {
    return std::ranges::find(all, coding, &Representation::coding) != all.end() ||
           !root.status(all.front().name + std::string(http::coding_suffix(coding)));
  });
}

void FileCache::keep(const std::string& key, std::shared_ptr<const ServedFile> served, Clock::time_point now) {
  open_ += served->representations.size();
  entries_.push_front({.key = key, .served = std::move(served), .checked = now});
  by_key_.emplace(entries_.front().key, entries_.begin());
}

void FileCache::drop(std::list<Entry>::iterator entry) {
  open_ -= entry->served->representations.size();
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

void FileCache::shrink(Clock::time_point now) {
  while (!entries_.empty() && (open_ > max_open_ || now - entries_.back().checked > unused_after)) {
    drop(std::prev(entries_.end()));
  }
}

}  // namespace folio::app
