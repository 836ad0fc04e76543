#include <base/verify.h>
#include <config/spelling.h>
#include <config/tree.h>

namespace belfry::config {

const Cell& Node::cell() const { return tree_->cells()[index_]; }

Kind Node::kind() const { return cell().kind; }
Style Node::style() const { return cell().style; }
std::size_t Node::at() const { return cell().at; }
std::string_view Node::text() const { return tree_->text(cell()); }

std::vector<Node> Node::items() const {
  std::vector<Node> out;
  if (kind() != Kind::list) return out;
  const auto cells = tree_->cells();
  for (std::uint32_t i = index_ + 1; i < cell().first; i = end_of(cells, i)) out.emplace_back(*tree_, i);
  return out;
}

std::vector<Entry> Node::entries() const {
  std::vector<Entry> out;
  if (kind() != Kind::map) return out;
  const auto cells = tree_->cells();
  for (std::uint32_t key = index_ + 1; key < cell().first;) {
    const std::uint32_t value = end_of(cells, key);
    if (!cells[key].hidden) out.push_back({Node(*tree_, key), Node(*tree_, value)});
    key = end_of(cells, value);
  }
  return out;
}

std::optional<Entry> Node::entry(std::string_view key) const {
  for (const Entry& entry : entries()) {
    if (entry.key.text() == key) return entry;
  }
  return std::nullopt;
}

std::string_view Tree::text(const Cell& scalar) const {
  if (scalar.kind != Kind::scalar) return {};
  if (scalar.first < source_.size()) return source_.substr(scalar.first, scalar.length);
  return std::string_view(decoded_).substr(scalar.first - source_.size(), scalar.length);
}

std::size_t Node::locate(std::size_t offset) const {
  return locate_in_spelling(tree_->source(), {.at = at(), .style = style()}, text(), offset);
}

bool Node::has_colon() const {
  const std::size_t end = locate(text().size());
  const std::size_t next = tree_->source().find_first_not_of(" \t\"'", std::min(end, tree_->source().size()));
  return next != std::string_view::npos && tree_->source()[next] == ':';
}

Problems& Node::problems() const {
  VERIFY(tree_->problems() != nullptr);
  return *tree_->problems();
}

}  // namespace belfry::config
