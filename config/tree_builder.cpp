#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <base/try.h>
#include <base/verify.h>
#include <config/problem.h>
#include <config/spelling.h>
#include <config/tree_builder.h>

namespace belfry::config {

namespace {

constexpr std::string_view merge_key = "<<";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The parser marks an empty list item where the next thing stands. Its own dash or comma is what people look for.
std::size_t empty_item_at(std::string_view source, std::size_t mark) {
  std::size_t at = std::min(mark, source.size());
  while (at > 0 && is_blank(source[at - 1])) --at;
  return at > 0 ? at - 1 : 0;
}

bool is_written_null(std::string_view rest) {
  constexpr std::array words{"~", "null", "Null", "NULL"};
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return rest.starts_with(word); });
}

std::string_view hint_for_key(std::string_view source, std::size_t at) {
  const std::string_view rest = source.substr(std::min(at, source.size()));
  if (rest.starts_with("//") || rest.starts_with("/*")) return "a comment begins with #";
  const bool is_template = rest.starts_with("{") && source.substr(0, at).ends_with('{');
  return is_template ? "templates are not filled in here: put a text that begins with { in quotes"
                     : "write  key: value";
}

std::unexpected<Refusal> refuse(std::size_t at, std::string what, std::string hint) {
  return std::unexpected(Refusal{.at = at, .what = std::move(what), .hint = std::move(hint)});
}

}  // namespace

Refusal too_deep(std::size_t at, Limits limits) {
  return {.at = at,
          .what = "nested more than " + std::to_string(limits.depth_max) + " levels deep",
          .hint = "nothing in this file needs more than a few"};
}

TreeBuilder::Step TreeBuilder::scalar(Mark mark, Style style, std::string_view text) {
  TRY(admit_node(mark.at, Kind::scalar));
  const std::size_t content_at = skip_properties(source_.text(), mark.at);
  last_scalar_ = append({.at = static_cast<std::uint32_t>(content_at),
                         .first = store(text, content_at + (style == Style::plain ? 0 : 1)),
                         .length = static_cast<std::uint32_t>(text.size()),
                         .kind = Kind::scalar,
                         .style = style});
  define(mark.anchor, {*last_scalar_, *last_scalar_ + 1});
  if (frames_.empty() || !frames_.back().has_key) return {};
  Frame& frame = frames_.back();
  frame.key_merges = style == Style::plain && text == merge_key;
  frame.merges = frame.merges || frame.key_merges;
  cells_[frame.key].hidden = frame.key_merges;
  return {};
}

TreeBuilder::Step TreeBuilder::null(Mark mark) {
  TRY(admit_node(mark.at, Kind::null));
  std::size_t at = mark.at;
  if (!frames_.empty() && frames_.back().is_map) {
    at = cells_[frames_.back().key].at;
  } else if (!is_written_null(source_.text().substr(at))) {
    at = empty_item_at(source_.text(), at);
  }
  const std::uint32_t index = append({.at = static_cast<std::uint32_t>(at)});
  define(mark.anchor, {index, index + 1});
  return {};
}

TreeBuilder::Step TreeBuilder::alias(Mark mark) {
  const Range range = mark.anchor < anchors_.size() ? anchors_[mark.anchor] : Range{};
  if (range.end == 0) {
    return refuse(mark.at, "this alias stands inside of what it names, which would never end",
                  "move the anchor (&) to something that is complete before the alias (*)");
  }
  TRY(admit_node(mark.at, cells_[range.begin].kind));
  if (is_merged_value() && cells_[range.begin].kind == Kind::map) {
    // `<<: *name` needs no copy of its own: merge() finds the map behind this stand-in.
    append({.at = static_cast<std::uint32_t>(mark.at), .first = range.begin});
    return {};
  }
  return append_copy(range, mark.at);
}

TreeBuilder::Step TreeBuilder::open(Mark mark, Kind kind) {
  TRY(admit_node(mark.at, kind));
  if (frames_.size() == limits_.depth_max) return std::unexpected(too_deep(mark.at, limits_));
  const std::uint32_t index = append({.at = static_cast<std::uint32_t>(mark.at), .kind = kind});
  define(mark.anchor, {index, 0});
  frames_.push_back({.index = index, .anchor = mark.anchor, .is_map = kind == Kind::map});
  return {};
}

TreeBuilder::Step TreeBuilder::close() {
  VERIFY(!frames_.empty());
  const Frame frame = frames_.back();
  frames_.pop_back();
  Cell& cell = cells_[frame.index];
  cell.first = static_cast<std::uint32_t>(cells_.size());
  if (frame.is_map) note_duplicates(frame);
  if (frame.merges) spelling_ = Tree::Spelling::with_references;
  if (frame.merges) TRY(merge(frame));
  define(frame.anchor, {frame.index, static_cast<std::uint32_t>(cells_.size())});
  return {};
}

std::optional<std::size_t> TreeBuilder::open_at() const {
  if (frames_.empty()) return std::nullopt;
  return cells_[frames_.back().index].at;
}

std::optional<Cell> TreeBuilder::last_scalar() const {
  if (!last_scalar_) return std::nullopt;
  return cells_[*last_scalar_];
}

Tree TreeBuilder::take() && {
  VERIFY(frames_.empty());
  if (cells_.empty()) cells_.push_back({});
  return {source_, spelling_, std::move(cells_), std::move(decoded_), std::move(duplicates_)};
}

// Every event counts, also those that make no node.
TreeBuilder::Step TreeBuilder::admit(std::size_t at) {
  if (++events_ <= limits_.events_max) return {};
  return refuse(at, "the file has more than " + std::to_string(limits_.events_max) + " elements",
                "is it the right file?");
}

// A map's children are keys and values by turns.
TreeBuilder::Step TreeBuilder::admit_node(std::size_t at, Kind kind) {
  TRY(admit(at));
  if (frames_.empty() || !frames_.back().is_map) return {};
  Frame& frame = frames_.back();
  frame.has_key = !frame.has_key;
  if (!frame.has_key) return {};
  frame.key = static_cast<std::uint32_t>(cells_.size());
  if (kind == Kind::scalar) return {};
  return refuse(at, "a key must be a plain word", std::string(hint_for_key(source_.text(), at)));
}

// Copies a finished subtree to the end. The copy keeps the marks: what is wrong with it is mended at the original.
TreeBuilder::Step TreeBuilder::append_copy(Range range, std::size_t at) {
  expanded_ += range.end - range.begin;
  if (expanded_ > limits_.expanded_max) {
    return refuse(at,
                  "aliases (*) and merges (<<) expand to more than " + std::to_string(limits_.expanded_max) + " nodes",
                  "write out what they stand for");
  }
  const std::uint32_t distance = static_cast<std::uint32_t>(cells_.size()) - range.begin;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    Cell cell = cells_[i];
    if (cell.kind == Kind::list || cell.kind == Kind::map) cell.first += distance;
    cells_.push_back(cell);
  }
  return {};
}

bool TreeBuilder::is_merged_value() const {
  return !frames_.empty() && frames_.back().is_map && !frames_.back().has_key && frames_.back().key_merges;
}

// `<<` brings in the entries of one map, or of each map of a list, whose keys are not there yet: the map's own come
// first, then those of the earlier map. They are appended, so that anchors inside the map stay where they are.
TreeBuilder::Step TreeBuilder::merge(const Frame& frame) {
  std::set<std::string_view> present;
  for (const Key& key : keys(frame.index)) present.insert(key.text);
  const std::uint32_t end = cells_[frame.index].first;
  for (std::uint32_t key = frame.index + 1; key < end; key = end_of(cells_, key + 1)) {
    if (!cells_[key].hidden) continue;
    for (const std::uint32_t map : TRY(merged_maps(key))) {
      for (const Key& entry : keys(map)) {
        if (!present.insert(entry.text).second) continue;
        TRY(append_copy({entry.index, end_of(cells_, entry.index + 1)}, cells_[entry.index].at));
      }
    }
  }
  cells_[frame.index].first = static_cast<std::uint32_t>(cells_.size());
  return {};
}

// The maps behind a `<<`.
std::expected<std::vector<std::uint32_t>, Refusal> TreeBuilder::merged_maps(std::uint32_t key) const {
  const std::uint32_t value = key + 1;
  if (cells_[value].kind == Kind::null && cells_[value].first != 0) return std::vector{cells_[value].first};
  std::vector<std::uint32_t> maps;
  const std::uint32_t begin = cells_[value].kind == Kind::list ? value + 1 : value;
  for (std::uint32_t i = begin; i < end_of(cells_, value); i = end_of(cells_, i)) {
    if (cells_[i].kind != Kind::map) {
      return refuse(cells_[i].at, "'<<' merges a map, or a list of maps, and nothing else",
                    "write  <<: *name  where &name stands before a map");
    }
    maps.push_back(i);
  }
  return maps;
}

void TreeBuilder::note_duplicates(const Frame& frame) {
  std::vector<Key> sorted = keys(frame.index);
  std::sort(sorted.begin(), sorted.end(),
            [](const Key& a, const Key& b) { return std::tie(a.text, a.index) < std::tie(b.text, b.index); });
  std::size_t first = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].text != sorted[first].text) {
      first = i;
      continue;
    }
    duplicates_.push_back({.map_at = cells_[frame.index].at,
                           .first_at = cells_[sorted[first].index].at,
                           .again_at = cells_[sorted[i].index].at,
                           .key = std::string(sorted[i].text)});
  }
}

void TreeBuilder::define(std::size_t anchor, Range range) {
  if (anchor == 0) return;
  spelling_ = Tree::Spelling::with_references;
  if (anchor >= anchors_.size()) anchors_.resize(anchor + 1);
  anchors_[anchor] = range;
}

std::uint32_t TreeBuilder::append(Cell cell) {
  cells_.push_back(cell);
  return static_cast<std::uint32_t>(cells_.size() - 1);
}

// Texts that the file spells as they are stay in the file.
std::uint32_t TreeBuilder::store(std::string_view text, std::size_t content_at) {
  const std::string_view source = source_.text();
  if (content_at < source.size() && source.substr(content_at, text.size()) == text) {
    return static_cast<std::uint32_t>(content_at);
  }
  decoded_ += text;
  return static_cast<std::uint32_t>(source.size() + decoded_.size() - text.size());
}

std::string_view TreeBuilder::text(std::uint32_t index) const {
  const Cell& cell = cells_[index];
  const std::string_view source = source_.text();
  if (cell.first < source.size()) return source.substr(cell.first, cell.length);
  return std::string_view(decoded_).substr(cell.first - source.size(), cell.length);
}

std::vector<TreeBuilder::Key> TreeBuilder::keys(std::uint32_t map) const {
  std::vector<Key> out;
  for (std::uint32_t key = map + 1; key < cells_[map].first; key = end_of(cells_, key + 1)) {
    if (!cells_[key].hidden) out.push_back({text(key), key});
  }
  return out;
}

}  // namespace belfry::config
