// Builds a Tree from a parser's events, within limits. It knows nothing of the parser: an event that breaks a limit
// or a rule is refused, and then no further event may follow.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <config/tree.h>

namespace belfry::config {

// What a file may cost. The first three stop what a small file can do to a parser (F47): far beyond any real file.
struct Limits {
  std::size_t size_max = 32U << 20U;  // bytes of text
  std::size_t depth_max = 32;
  std::size_t events_max = 4'000'000;
  std::size_t expanded_max = 100'000;  // nodes that aliases and merges bring in
};

struct Refusal {
  std::size_t at = 0;
  std::string what;
  std::string hint;
};

Refusal too_deep(std::size_t at, Limits limits);

class TreeBuilder {
 public:
  using Step = std::expected<void, Refusal>;

  // A node's mark as the parser gives it, and its anchor: 0 for none.
  struct Mark {
    std::size_t at = 0;
    std::size_t anchor = 0;
  };

  TreeBuilder(const Source& source, Limits limits) : source_(source), limits_(limits) {}

  Step scalar(Mark mark, Style style, std::string_view text);
  Step null(Mark mark);
  Step alias(Mark mark);
  Step open(Mark mark, Kind kind);
  Step close();

  // The innermost container that is still open, and the newest scalar, for messages about what follows them.
  std::optional<std::size_t> open_at() const;
  std::optional<Cell> last_scalar() const;

  // REQUIRES: every container is closed. Without any event: an empty document, a null.
  Tree take() &&;

 private:
  struct Frame {
    std::uint32_t index = 0;  // of the container's cell
    std::size_t anchor = 0;
    bool is_map = false;
    bool has_key = false;     // a key was read, its value comes next
    std::uint32_t key = 0;    // the index of the newest key
    bool key_merges = false;  // that key is `<<`
    bool merges = false;      // one of its keys is
  };
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;  // 0: not closed yet
  };
  struct Key {
    std::string_view text;
    std::uint32_t index = 0;
  };

  Step admit(std::size_t at);
  Step admit_node(std::size_t at, Kind kind);
  Step append_copy(Range range, std::size_t at);
  bool is_merged_value() const;
  Step merge(const Frame& frame);
  std::expected<std::vector<std::uint32_t>, Refusal> merged_maps(std::uint32_t key) const;
  void note_duplicates(const Frame& frame);
  void define(std::size_t anchor, Range range);
  std::uint32_t append(Cell cell);
  std::uint32_t store(std::string_view text, std::size_t content_at);
  std::string_view text(std::uint32_t index) const;
  std::vector<Key> keys(std::uint32_t map) const;

  const Source& source_;
  Limits limits_;
  std::vector<Cell> cells_;
  std::string decoded_;
  std::vector<Duplicate> duplicates_;
  std::vector<Frame> frames_;
  std::vector<Range> anchors_;  // by the parser's number of the anchor
  std::size_t events_ = 0;
  std::size_t expanded_ = 0;
  std::optional<std::uint32_t> last_scalar_;
  Tree::Spelling spelling_ = Tree::Spelling::literal;
};

}  // namespace belfry::config
