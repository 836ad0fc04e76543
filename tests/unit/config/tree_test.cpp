#include <string>

#include <doctest/doctest.h>

#include <config/yaml.h>

using namespace belfry::config;

TEST_CASE("config/tree: S36 a place in a scalar's text is found in the file, however the scalar is written") {
  struct Row {
    const char* file;  // the value of its only key is searched for an X
    std::size_t line;
    std::size_t column;
  };
  for (const Row& row : {
           Row{"a: 0 X", 1, 6},
           Row{"a: 0\n  1\n  X", 3, 3},
           Row{"a: 0\n\n\n  X", 4, 3},  // two line ends in the text
           Row{"a: '0 X'", 1, 7},
           Row{"a: '''0'' X'", 1, 11},
           Row{"a: '0  \n   X'", 2, 4},  // blanks at a line's end vanish
           Row{"a: \"0 X\"", 1, 7},
           Row{"a: \"\\t\\x41\\u00e9\\U0001F514\\\\ X\"", 1, 30},
           Row{"a: \"0\\\n    X\"", 2, 5},  // an escaped line end
           Row{"a: \"0\n    X\"", 2, 5},
           Row{"a: |\n  0 X", 2, 5},
           Row{"a: |-\n    0\n    X", 3, 5},
           Row{"a: |\n  0\n\n    X", 4, 5},  // the indentation behind the first line's is text
           Row{"a: |\n\n\n  X", 4, 3},
           Row{"a: |2\n    X", 2, 5},
           Row{"a: >\n  0\n  X", 3, 3},
           Row{"a: >\n  0\n\n  X", 4, 3},
           Row{"a: # why\n  '0 X'", 2, 6},
           Row{"a: &anchor '0 X'", 1, 15},
           Row{"\xEF\xBB\xBF"
               "a: 0 X",
               1, 6},
           Row{"a: \xC3\xA9 X", 1, 6},  // columns count characters
           Row{"a: 'X'\r\n", 1, 5},
           Row{"a: '0\r\n  X'\r\n", 2, 3},
       }) {
    CAPTURE(row.file);
    const Source source("f", row.file);
    Problems problems(source);
    const auto tree = parse_yaml(source, {}, problems);
    REQUIRE(tree.has_value());
    const Node value = tree->root().entries().front().value;
    const auto position = source.position(value.locate(value.text().find('X')));
    CHECK(position.line == row.line);
    CHECK(position.column == row.column);
  }
}

TEST_CASE("config/tree: a place behind the end of a text is the scalar's end") {
  const Source source("f", "a: '0 X'\nb: 0 X\n");
  Problems problems(source);
  const auto tree = parse_yaml(source, {}, problems);
  REQUIRE(tree.has_value());
  const auto entries = tree->root().entries();
  CHECK(source.position(entries[0].value.locate(3)).column == 8);
  CHECK(source.position(entries[1].value.locate(3)).column == 7);
}

TEST_CASE("config/tree: nodes stand where people see them") {
  struct Row {
    const char* file;  // of a map's first value, or a list's last item
    std::size_t line;
    std::size_t column;
  };
  for (const Row& row : {
           Row{"a: b", 1, 4}, Row{"a: 'b'", 1, 4}, Row{"a:\n  b: c", 2, 3}, Row{"a: { b: c }", 1, 4},
           Row{"a:\n\nb: c", 1, 1},                             // nothing: at its key
           Row{"a: [b, ~]", 1, 8}, Row{"a: [b,\n , c]", 1, 6},  // nothing: at the comma or dash before
       }) {
    CAPTURE(row.file);
    const Source source("f", row.file);
    Problems problems(source);
    const auto tree = parse_yaml(source, {}, problems);
    REQUIRE(tree.has_value());
    Node node = tree->root().entries().front().value;
    if (node.kind() == Kind::list) node = node.items()[1];
    const auto position = source.position(node.at());
    CHECK(position.line == row.line);
    CHECK(position.column == row.column);
  }
}
