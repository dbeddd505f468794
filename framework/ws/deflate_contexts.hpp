// The compressors and decompressors of all connections of a thread. A connection that keeps no context between messages
// borrows one for a message, so that a thousand of them need one; one that does keep its context does not give it back
// until it ends. Belongs to one thread; outlives what it lends.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace folio::ws {

class Deflater;
class Inflater;

class DeflateContexts {
 public:
  // How many of either kind are kept when nobody has them. A message is compressed in one go, so that one compressor
  // for each setting is all that is ever lent without context takeover; a message that arrives in pieces holds its
  // decompressor until it is complete. Together they are 1.3 MiB at most.
  static constexpr std::size_t max_spare_deflaters = 4;
  static constexpr std::size_t max_spare_inflaters = 16;

  // Gives a borrowed context back.
  struct Return {
    DeflateContexts* contexts = nullptr;
    void operator()(Deflater* deflater) const;
    void operator()(Inflater* inflater) const;
  };
  using LentDeflater = std::unique_ptr<Deflater, Return>;
  using LentInflater = std::unique_ptr<Inflater, Return>;

  DeflateContexts();
  ~DeflateContexts();
  DeflateContexts(const DeflateContexts&) = delete;
  DeflateContexts& operator=(const DeflateContexts&) = delete;

  // One that remembers no message. REQUIRES: as for their constructors.
  [[nodiscard]] LentDeflater lend_deflater(int window_bits, int level);
  [[nodiscard]] LentInflater lend_inflater(int window_bits);

  [[nodiscard]] std::size_t spare_deflaters() const { return deflaters_.size(); }
  [[nodiscard]] std::size_t spare_inflaters() const { return inflaters_.size(); }

 private:
  std::vector<std::unique_ptr<Deflater>> deflaters_;
  std::vector<std::unique_ptr<Inflater>> inflaters_;
};

}  // namespace folio::ws
