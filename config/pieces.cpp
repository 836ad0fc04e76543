#include <algorithm>
#include <unordered_map>

#include <base/hash.h>
#include <config/pieces.h>
#include <config/tree.h>

namespace belfry::config {

namespace {

struct Lines {
  std::vector<std::size_t> begins;
  std::size_t end = 0;
};

// The lines that are indented by exactly so much, from `begin` on and up to the first line that is indented less.
// Comments and empty lines do not count.
Lines lines_indented_by(std::size_t indentation, std::string_view text, std::size_t begin) {
  Lines lines{.begins = {}, .end = text.size()};
  for (std::size_t line = begin; line < text.size();) {
    const std::size_t first = std::min(text.find_first_not_of(' ', line), text.size());
    const bool says_something = first < text.size() && !std::string_view("#\r\n").contains(text[first]);
    if (says_something && first - line < indentation) {
      lines.end = line;
      break;
    }
    if (says_something && first - line == indentation) lines.begins.push_back(line);
    const std::size_t newline = text.find('\n', first);
    line = newline == std::string_view::npos ? text.size() : newline + 1;
  }
  return lines;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  return at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // behind no line end at all: 0
}

// One piece for each line and what follows it. Of the last one, what stands behind it is another thing.
std::vector<std::string_view> cut(std::string_view text, const Lines& lines) {
  std::vector<std::string_view> pieces;
  pieces.reserve(lines.begins.size());
  for (std::size_t i = 0; i < lines.begins.size(); ++i) {
    const std::size_t end = i + 1 < lines.begins.size() ? lines.begins[i + 1] : lines.end;
    pieces.push_back(text.substr(lines.begins[i], end - lines.begins[i]));
  }
  return pieces;
}

std::vector<std::uint64_t> hashes_of(const std::vector<std::string_view>& pieces) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(pieces.size());
  for (const std::string_view& piece : pieces) hashes.push_back(hash_text(piece, &piece == &pieces.back() ? 1 : 0));
  return hashes;
}

}  // namespace

std::optional<Pieces> pieces_of(const Tree& tree) {
  if (!tree.is_literal()) return std::nullopt;
  const std::vector<Entry> root = tree.root().entries();
  const auto key = std::ranges::find(root, "jobs", [](const Entry& entry) { return entry.key.text(); });
  const std::vector<Entry> jobs = key == root.end() ? std::vector<Entry>{} : key->value.entries();
  if (jobs.empty()) return std::nullopt;

  const std::string_view text = tree.source();
  const std::size_t head_size = line_begin(text, jobs.front().key.at());
  const std::size_t indentation = jobs.front().key.at() - head_size;
  const Lines lines = lines_indented_by(indentation, text, head_size);
  const auto begins_line = [&](std::size_t line, const Entry& job) { return job.key.at() == line + indentation; };
  if (!std::ranges::equal(lines.begins, jobs, begins_line)) return std::nullopt;
  const auto next = std::next(key);
  if (lines.end != (next == root.end() ? text.size() : line_begin(text, next->key.at()))) return std::nullopt;

  return Pieces{.head_size = head_size,
                .tail_size = text.size() - lines.end,
                .head = hash_text(text.substr(0, head_size)),
                .tail = hash_text(text.substr(lines.end)),
                .indentation = indentation,
                .jobs = hashes_of(cut(text, lines)),
                .nodes = tree.cells().size()};
}

std::optional<EditedText> compare_text(const Pieces& before, std::string_view text) {
  if (hash_text(text.substr(0, before.head_size)) != before.head) return std::nullopt;
  const Lines lines = lines_indented_by(before.indentation, text, before.head_size);
  if (lines.begins.empty() || lines.begins.front() != before.head_size) return std::nullopt;
  const std::string_view tail = text.substr(lines.end);
  if (tail.size() != before.tail_size || hash_text(tail) != before.tail) return std::nullopt;

  std::unordered_map<std::uint64_t, std::uint32_t> known;
  known.reserve(before.jobs.size());
  for (const std::uint64_t job : before.jobs) known.emplace(job, static_cast<std::uint32_t>(known.size()));

  const std::vector<std::string_view> pieces = cut(text, lines);
  EditedText edited{
      .pieces = before, .order = {}, .rest = std::string(text.substr(0, before.head_size)), .rest_jobs = {}};
  edited.pieces.jobs = hashes_of(pieces);
  edited.order.reserve(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto kept = known.extract(edited.pieces.jobs[i]);  // of two that are alike the second is new, and too much
    const bool is_last = i + 1 == pieces.size();
    edited.order.push_back(kept && !is_last ? kept.mapped() : EditedText::is_new);
    if (edited.order.back() != EditedText::is_new) continue;
    edited.rest += pieces[i];
    edited.rest_jobs.push_back(edited.pieces.jobs[i]);
  }
  edited.rest += tail;
  return edited;
}

}  // namespace belfry::config
