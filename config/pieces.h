// A file cut into its jobs, by which it is seen what of an edited file is new.
//
// yaml-cpp takes seven tenths of a second for the text of 100,000 jobs, and an edit changes one. What the lines of a
// job mean depends on themselves and on what stands around the jobs (zone, defaults, queues), and on no other job, if
//   - nothing in the file stands for something else: no anchors, no merges;
//   - each job begins on a line of its own, all of them are indented alike, and nothing within them is indented less.
// Such a file is a head, then a piece for each job, then a tail. Where a new text has the same head and tail, every
// piece that was there before means what it meant; a piece is known again by its hash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::config {

class Tree;

struct Pieces {
  std::size_t head_size = 0;
  std::size_t tail_size = 0;
  std::uint64_t head = 0;  // hashes
  std::uint64_t tail = 0;
  std::size_t indentation = 0;
  std::vector<std::uint64_t> jobs;  // in the order of the file; the last one's is not what it would be elsewhere
  std::size_t nodes = 0;            // of the tree, at most
};

// Nothing: the file is not as described above. REQUIRES: the tree has no duplicates.
std::optional<Pieces> pieces_of(const Tree& tree);

struct EditedText {
  static constexpr std::uint32_t is_new = std::numeric_limits<std::uint32_t>::max();

  Pieces pieces;                     // of the whole text; of its nodes only those that were there before
  std::vector<std::uint32_t> order;  // for each of its jobs: its place before, or is_new
  std::string rest;                  // what must be read: the head, the new pieces, the tail
  std::vector<std::uint64_t> rest_jobs;
};

// Compares a text with one that was accepted. Its last job always counts as new, so that each piece of the rest stands
// before what it stands before in the text: the next job, the tail, or the end. Nothing: head or tail are others.
//
// Whether the new pieces are jobs is not known yet: they are if the pieces of `rest`, when it is read, are `rest_jobs`.
std::optional<EditedText> compare_text(const Pieces& before, std::string_view text);

}  // namespace belfry::config
