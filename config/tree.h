// The tree of a configuration file: marked nodes, each of which knows where it stands.
//
// The nodes lie in one array in the order of the file, a container before what it contains; a container knows where
// its content ends. So a subtree is a stretch of the array: walking is stepping, copying is copying. A node takes 16
// bytes, and its text is the file's own wherever the file spells it as it is, which is nearly everywhere.
//
// Anchors and merge keys are resolved when the tree is built: an alias is a copy of what it names, with the marks of
// the original, and what `<<` brings in stands at the end of its map. Whoever reads the tree sees neither.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <config/source.h>

namespace belfry::config {

enum class Kind : std::uint8_t { null, scalar, list, map };

// How a scalar was written. What a plain scalar means depends on its key; a quoted one is always a text.
enum class Style : std::uint8_t {
  plain,
  single_quoted,
  double_quoted,
  block,
  broken,  // could not be read, which has been reported; a stand-in, so that the rest of the file can be
};

struct Cell {
  std::uint32_t at = 0;      // where it stands in the file
  std::uint32_t first = 0;   // scalar: where its text begins; list, map: the index behind its last descendant
  std::uint32_t length = 0;  // scalar: of its text, in bytes
  Kind kind = Kind::null;
  Style style = Style::plain;
  bool hidden = false;  // the key of a merge: not an entry of its map
};

struct Entry;
class Problems;
class Tree;

// A place in a tree. Cheap to copy; valid as long as the tree.
class Node {
 public:
  Node(const Tree& tree, std::uint32_t index) : tree_(&tree), index_(index) {}

  Kind kind() const;
  Style style() const;
  std::size_t at() const;
  std::string_view text() const;  // REQUIRES: a scalar

  // Where it is reported what is wrong with this node. REQUIRES: the tree was made by parse_yaml.
  Problems& problems() const;

  // Where in the file the byte `offset` of a scalar's text stands: behind quotes, escapes, folds and indentation.
  std::size_t locate(std::size_t offset) const;

  // Whether a colon follows. A key without one is there because a comma began it.
  bool has_colon() const;

  bool is_plain() const { return kind() == Kind::scalar && style() == Style::plain; }

  std::vector<Node> items() const;                         // of a list; else none
  std::vector<Entry> entries() const;                      // of a map, in file order, merged ones last; else none
  std::optional<Entry> entry(std::string_view key) const;  // the first of these with that key

 private:
  const Cell& cell() const;

  const Tree* tree_;
  std::uint32_t index_;
};

struct Entry {
  Node key;  // a scalar, always
  Node value;
};

// A key that stands twice in one map. Both entries are in the tree.
struct Duplicate {
  std::size_t map_at = 0;
  std::size_t first_at = 0;
  std::size_t again_at = 0;
  std::string key;
};

class Tree {
 public:
  // Whether something in the file stands for something else: an anchor or a merge.
  enum class Spelling { literal, with_references };

  // REQUIRES: source's text outlives the tree; cells are as described above, and there is at least one.
  Tree(const Source& source, Spelling spelling, std::vector<Cell> cells, std::string decoded,
       std::vector<Duplicate> duplicates)
      : source_(source.text()),
        spelling_(spelling),
        cells_(std::move(cells)),
        decoded_(std::move(decoded)),
        duplicates_(std::move(duplicates)) {}
  Tree(Tree&&) = default;
  Tree& operator=(Tree&&) = default;

  Node root() const { return {*this, 0}; }
  std::span<const Cell> cells() const { return cells_; }
  std::span<const Duplicate> duplicates() const { return duplicates_; }
  bool is_literal() const { return spelling_ == Spelling::literal; }

  std::string_view source() const { return source_; }
  std::string_view text(const Cell& scalar) const;

  // What is wrong with the file is collected beside its tree. REQUIRES: problems outlives the tree.
  void report_to(Problems& problems) { problems_ = &problems; }
  Problems* problems() const { return problems_; }

 private:
  std::string_view source_;
  Spelling spelling_;
  Problems* problems_ = nullptr;
  std::vector<Cell> cells_;
  std::string decoded_;  // the texts that the file spells differently, with escapes or over several lines
  std::vector<Duplicate> duplicates_;
};

// The index behind a cell's subtree.
inline std::uint32_t end_of(std::span<const Cell> cells, std::uint32_t index) {
  const Cell& cell = cells[index];
  return cell.kind == Kind::list || cell.kind == Kind::map ? cell.first : index + 1;
}

}  // namespace belfry::config
