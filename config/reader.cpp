#include <config/reader.h>

namespace belfry::config {

namespace {

std::string in_words(Node node) {
  switch (node.kind()) {
    case Kind::null:
      return "nothing";
    case Kind::list:
      return node.items().empty() ? "an empty list" : "a list";
    case Kind::map:
      return node.entries().empty() ? "an empty map" : "a map";
    case Kind::scalar:
      return node.style() == Style::plain ? quote(node.text()) : "the text " + quote(node.text());
  }
  return "something else";
}

}  // namespace

void Reader::wrong_type(Node value, std::string_view expected, std::string hint) {
  if (is_broken(value)) return;
  if (value.kind() == Kind::null) {
    error(value, value_name() + " has no value", "write " + std::string(expected) + ", or remove it");
    return;
  }
  error(value, value_name() + " must be " + std::string(expected) + ", not " + in_words(value), std::move(hint));
}

std::string Reader::place_of(Node node, Node from) const {
  const std::string line = "on line " + std::to_string(node.problems().line_of(node.at()));
  return &node.problems() == &from.problems() ? line : line + " of " + node.problems().file();
}

std::string Reader::value_name() const {
  return std::string(about_.part) + (about_.part.empty() ? "" : " ") + quote(about_.key);
}

bool is_broken(Node node) { return node.kind() == Kind::scalar && node.style() == Style::broken; }

}  // namespace belfry::config
