#include "http/content_encoder.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

namespace folio::http {

namespace {

// Windows of content of unknown length, as exponents of 2: 32 KiB is all that gzip has, and with more the others take
// memory that matters when there are ten thousand streams.
constexpr int stream_window = 16;
// RFC 9659 §3: "a decoder of the "zstd" content coding … SHOULD support window sizes of up to 8 MB", and an encoder
// "MUST NOT generate frames requiring a window size larger than 8 MB". The levels that are of use have less; this bounds
// the others.
constexpr int largest_window = 23;
// zlib: 15 bits of window, and 16 for a gzip header around it.
constexpr int gzip_window = 15 + 16;
constexpr int gzip_memory = 8;
constexpr std::size_t step = 16 * 1024;  // of output at a time

enum class Then : std::uint8_t { More, Flush, Finish };

void require_memory(bool there) {
  if (!there) throw std::bad_alloc();
}

}  // namespace

class ContentEncoder::Codec {
 public:
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;
  // Takes all of `input`.
  virtual void encode(std::string_view input, Then then, base::Buffer& out) = 0;
};

namespace {

class Gzip final : public ContentEncoder::Codec {
 public:
  explicit Gzip(int level) {
    require_memory(deflateInit2(&stream_, level, Z_DEFLATED, gzip_window, gzip_memory, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Gzip() override { deflateEnd(&stream_); }

  void encode(std::string_view input, Then then, base::Buffer& out) override {
    const int mode = then == Then::More ? Z_NO_FLUSH : then == Then::Flush ? Z_SYNC_FLUSH : Z_FINISH;
    do {
      const std::size_t count = std::min<std::size_t>(input.size(), std::numeric_limits<uInt>::max());
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
      stream_.avail_in = static_cast<uInt>(count);
      input.remove_prefix(count);
      do {
        stream_.next_out = reinterpret_cast<Bytef*>(out.prepare(step));
        stream_.avail_out = static_cast<uInt>(step);
        (void)deflate(&stream_, input.empty() ? mode : Z_NO_FLUSH);
        out.commit(step - stream_.avail_out);
      } while (stream_.avail_out == 0);
    } while (!input.empty());
  }

  // REQUIRES: `content` is less than 4 GiB.
  std::string whole(std::string_view content) {
    deflateReset(&stream_);
    std::string coded(deflateBound(&stream_, content.size()), '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream_.avail_in = static_cast<uInt>(content.size());
    stream_.next_out = reinterpret_cast<Bytef*>(coded.data());
    stream_.avail_out = static_cast<uInt>(coded.size());
    [[maybe_unused]] const int status = deflate(&stream_, Z_FINISH);
    assert(status == Z_STREAM_END);
    coded.resize(coded.size() - stream_.avail_out);
    return coded;
  }

 private:
  z_stream stream_{};
};

// Memory that comes and goes with each encoder of Brotli, which cannot be used again as those of the others can: tables of
// some hundred KiB, which a general allocator gives back to the system, so that each of their pages is a fault anew. That
// would take longer than the encoding. Belongs to one thread.
class KeptBlocks {
 public:
  KeptBlocks() = default;
  KeptBlocks(const KeptBlocks&) = delete;
  KeptBlocks& operator=(const KeptBlocks&) = delete;
  ~KeptBlocks() {
    for (Block* block : kept_) std::free(block);
  }

  void* take(std::size_t size) noexcept {
    for (Block*& kept : kept_) {
      if (kept == nullptr || kept->size < size || kept->size / 2 > size) continue;
      bytes_ -= kept->size;
      return std::exchange(kept, nullptr) + 1;
    }
    auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + size));
    if (block == nullptr) return nullptr;
    block->size = size;
    return block + 1;
  }
  void give(void* memory) noexcept {
    if (memory == nullptr) return;
    Block* block = static_cast<Block*>(memory) - 1;
    for (Block*& kept : kept_) {
      if (kept != nullptr || block->size < least || bytes_ + block->size > most) continue;
      kept = block;
      bytes_ += block->size;
      return;
    }
    std::free(block);
  }

 private:
  struct alignas(std::max_align_t) Block {
    std::size_t size;
  };
  static constexpr std::size_t least = 16 * 1024;       // smaller ones are the allocator's own business
  static constexpr std::size_t most = 4 * 1024 * 1024;  // all that one thread keeps
  std::array<Block*, 16> kept_{};
  std::size_t bytes_ = 0;
};

class Brotli final : public ContentEncoder::Codec {
 public:
  // `size`: of the whole content; 0: unknown. `memory`: where its own comes from, if not from the allocator.
  explicit Brotli(int level, std::size_t size = 0, KeptBlocks* memory = nullptr)
      : state_(memory == nullptr
                   ? BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)
                   : BrotliEncoderCreateInstance(
                         [](void* kept, std::size_t wanted) { return static_cast<KeptBlocks*>(kept)->take(wanted); },
                         [](void* kept, void* block) { static_cast<KeptBlocks*>(kept)->give(block); }, memory)) {
    require_memory(state_ != nullptr);
    int window = stream_window;
    if (size != 0) {
      window = std::clamp<int>(std::bit_width(size + 16), BROTLI_MIN_WINDOW_BITS, 18);  // 256 KiB: as far as it pays
      set(BROTLI_PARAM_SIZE_HINT, static_cast<std::uint32_t>(std::min<std::size_t>(size, 1U << 30)));
    }
    set(BROTLI_PARAM_LGWIN, static_cast<std::uint32_t>(window));
    set(BROTLI_PARAM_QUALITY, static_cast<std::uint32_t>(level));
  }
  ~Brotli() override { BrotliEncoderDestroyInstance(state_); }

  void encode(std::string_view input, Then then, base::Buffer& out) override {
    const auto operation = then == Then::More    ? BROTLI_OPERATION_PROCESS
                           : then == Then::Flush ? BROTLI_OPERATION_FLUSH
                                                 : BROTLI_OPERATION_FINISH;
    const auto* next = reinterpret_cast<const std::uint8_t*>(input.data());
    std::size_t left = input.size();
    do {
      auto* to = reinterpret_cast<std::uint8_t*>(out.prepare(step));
      std::size_t room = step;
      require_memory(BrotliEncoderCompressStream(state_, operation, &left, &next, &room, &to, nullptr) != BROTLI_FALSE);
      out.commit(step - room);
    } while (left != 0 || BrotliEncoderHasMoreOutput(state_) != BROTLI_FALSE);
  }

  std::string whole(std::string_view content) {
    // It says 0 for what is too large to tell; the bound of stored blocks is a few bytes for each 16 MiB.
    std::string coded(std::max(BrotliEncoderMaxCompressedSize(content.size()), content.size() + 1024), '\0');
    const auto* next = reinterpret_cast<const std::uint8_t*>(content.data());
    std::size_t left = content.size();
    auto* to = reinterpret_cast<std::uint8_t*>(coded.data());
    std::size_t room = coded.size();
    require_memory(BrotliEncoderCompressStream(state_, BROTLI_OPERATION_FINISH, &left, &next, &room, &to, nullptr) !=
                   BROTLI_FALSE);
    assert(BrotliEncoderIsFinished(state_));
    coded.resize(coded.size() - room);
    return coded;
  }

 private:
  void set(BrotliEncoderParameter parameter, std::uint32_t value) {
    (void)BrotliEncoderSetParameter(state_, parameter, value);
  }
  BrotliEncoderState* state_;
};

class Zstd final : public ContentEncoder::Codec {
 public:
  explicit Zstd(int level) : context_(ZSTD_createCCtx()) {
    require_memory(context_ != nullptr);
    set(ZSTD_c_compressionLevel, level);
    set(ZSTD_c_windowLog, stream_window);
  }
  Zstd() : context_(ZSTD_createCCtx()) { require_memory(context_ != nullptr); }
  ~Zstd() override { ZSTD_freeCCtx(context_); }

  void encode(std::string_view input, Then then, base::Buffer& out) override {
    const auto mode = then == Then::More ? ZSTD_e_continue : then == Then::Flush ? ZSTD_e_flush : ZSTD_e_end;
    ZSTD_inBuffer from{input.data(), input.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer to{out.prepare(step), step, 0};
      left = ZSTD_compressStream2(context_, &to, &from, mode);
      require_memory(ZSTD_isError(left) == 0);
      out.commit(to.pos);
    } while (mode == ZSTD_e_continue ? from.pos != from.size : left != 0);
  }

  std::string whole(std::string_view content, int level) {
    (void)ZSTD_CCtx_reset(context_, ZSTD_reset_session_and_parameters);
    set(ZSTD_c_compressionLevel, level);
    // Left to the level where it is smaller than the bound, which the content's size makes it.
    if (content.size() > std::size_t{1} << largest_window) set(ZSTD_c_windowLog, largest_window);
    std::string coded(ZSTD_compressBound(content.size()), '\0');
    const std::size_t size =
        ZSTD_compress2(context_, coded.data(), coded.size(), content.data(), content.size());
    require_memory(ZSTD_isError(size) == 0);
    coded.resize(size);
    return coded;
  }

 private:
  void set(ZSTD_cParameter parameter, int value) { (void)ZSTD_CCtx_setParameter(context_, parameter, value); }
  ZSTD_CCtx* context_;
};

std::unique_ptr<ContentEncoder::Codec> make_codec(ContentCoding coding, int level) {
  switch (coding) {
    case ContentCoding::Brotli:
      return std::make_unique<Brotli>(level);
    case ContentCoding::Zstd:
      return std::make_unique<Zstd>(level);
    case ContentCoding::Gzip:
    case ContentCoding::Identity:
      break;
  }
  return std::make_unique<Gzip>(level);
}

std::string encode_gzip(int level, std::string_view content) {
  thread_local std::unique_ptr<Gzip> kept;
  thread_local int kept_level = 0;
  if (content.size() > std::numeric_limits<uInt>::max()) {
    base::Buffer out;
    Gzip(level).encode(content, Then::Finish, out);
    return std::string(out.view());
  }
  if (!kept || kept_level != level) {
    kept = std::make_unique<Gzip>(level);
    kept_level = level;
  }
  return kept->whole(content);
}

std::string encode_brotli(int level, std::string_view content) {
  thread_local KeptBlocks memory;
  return Brotli(level, content.size() + 1, &memory).whole(content);
}

std::string encode_zstd(int level, std::string_view content) {
  thread_local Zstd kept;
  return kept.whole(content, level);
}

}  // namespace

ContentEncoder::ContentEncoder(ContentCoding coding, int level) : codec_(make_codec(coding, level)) {}
ContentEncoder::~ContentEncoder() = default;
ContentEncoder::ContentEncoder(ContentEncoder&&) noexcept = default;
ContentEncoder& ContentEncoder::operator=(ContentEncoder&&) noexcept = default;

void ContentEncoder::append(std::string_view input, base::Buffer& out) {
  if (!input.empty()) codec_->encode(input, Then::More, out);
}

void ContentEncoder::flush(base::Buffer& out) {
  codec_->encode({}, Then::Flush, out);
}

void ContentEncoder::finish(base::Buffer& out) {
  codec_->encode({}, Then::Finish, out);
}

std::string encode_content(ContentCoding coding, int level, std::string_view content) {
  // What was set aside for the worst case goes back when it is more than a little.
  constexpr std::size_t kept_room = 16 * 1024;
  std::string coded = coding == ContentCoding::Brotli ? encode_brotli(level, content)
                      : coding == ContentCoding::Zstd ? encode_zstd(level, content)
                                                      : encode_gzip(level, content);
  if (coded.capacity() - coded.size() > kept_room) coded.shrink_to_fit();
  return coded;
}

}  // namespace folio::http
