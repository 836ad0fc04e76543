#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <config/yaml.h>

using namespace belfry::config;

namespace {

// A tree on one line: {a: [1, 'x', ~]}. Quoted scalars in their quotes, blocks behind |, broken ones as !.
std::string show(Node node) {
  std::string out;
  switch (node.kind()) {
    case Kind::null:
      return "~";
    case Kind::scalar:
      switch (node.style()) {
        case Style::plain:
          return std::string(node.text());
        case Style::single_quoted:
          return "'" + std::string(node.text()) + "'";
        case Style::double_quoted:
          return "\"" + std::string(node.text()) + "\"";
        case Style::block:
          return "|" + std::string(node.text());
        case Style::broken:
          return "!";
      }
      return "?";
    case Kind::list:
      for (const Node item : node.items()) out += (out.empty() ? "" : ", ") + show(item);
      return "[" + out + "]";
    case Kind::map:
      for (const Entry& entry : node.entries()) {
        out += (out.empty() ? "" : ", ") + show(entry.key) + ": " + show(entry.value);
      }
      return "{" + out + "}";
  }
  return "?";
}

struct Parsed {
  std::string tree;  // empty: refused
  std::vector<Problem> problems;
  std::vector<Duplicate> duplicates;
};

Parsed parse(std::string_view text, Limits limits = {}) {
  const Source source("f", text);
  Problems problems(source);
  const auto tree = parse_yaml(source, limits, problems);
  Parsed out;
  if (tree) {
    out.tree = show(tree->root());
    out.duplicates.assign(tree->duplicates().begin(), tree->duplicates().end());
  }
  out.problems = problems.take();
  return out;
}

std::string first_problem(std::string_view text, Limits limits = {}) {
  const auto parsed = parse(text, limits);
  CHECK(parsed.tree.empty());
  REQUIRE_FALSE(parsed.problems.empty());
  return one_line(parsed.problems.front());
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("config/yaml: F49 scalars stay as they are written, and remember their quotes") {
  struct Row {
    const char* text;
    const char* tree;
  };
  for (const Row& row : {
           Row{"a: 0123", "{a: 0123}"},  // no octal
           Row{"a: 0x1F", "{a: 0x1F}"},
           Row{"a: 1_000", "{a: 1_000}"},
           Row{"a: 12:30:45", "{a: 12:30:45}"},  // no base 60
           Row{"a: on", "{a: on}"},              // no is not Norway
           Row{"NO: no", "{NO: no}"},
           Row{"a: 1e3", "{a: 1e3}"},
           Row{"a: 'on'", "{a: 'on'}"},
           Row{"a: \"0123\"", "{a: \"0123\"}"},
           Row{"a: 'it''s'", "{a: 'it's'}"},
           Row{"a: \"x\\ty\\u00e9\"", "{a: \"x\tyé\"}"},
           Row{"a: |\n  x\n  y\n", "{a: |x\ny\n}"},
           Row{"a: >-\n  x\n  y\n", "{a: |x y}"},
           Row{"a: x\n  y", "{a: x y}"},
           Row{"a: ~\nb: null\nc:\nd: 'null'", "{a: ~, b: ~, c: ~, d: 'null'}"},
           Row{"- [a, b: c]\n- {}\n- []\n-\n", "[[a, {b: c}], {}, [], ~]"},
           Row{"", "~"},
           Row{"# nothing", "~"},
           Row{"\xEF\xBB\xBF"
               "a: b\r\nc: d\r\n",
               "{a: b, c: d}"},  // Windows
           Row{"a: |\r\n  x\r\n  y\r\n", "{a: |x\ny\n}"},
           Row{"%YAML 1.2\n---\na: b\n...\n", "{a: b}"},
           Row{"{\"a\": {\"b\": [1, \"x\"]}}", "{\"a\": {\"b\": [1, \"x\"]}}"},  // JSON is YAML
       }) {
    CAPTURE(row.text);
    const auto parsed = parse(row.text);
    CHECK(parsed.tree == row.tree);
    CHECK(parsed.problems.empty());
  }
}

TEST_CASE("config/yaml: S36 aliases and merge keys are resolved") {
  struct Row {
    const char* text;
    const char* tree;
  };
  for (const Row& row : {
           Row{"a: &x {b: c}\nd: *x", "{a: {b: c}, d: {b: c}}"},
           Row{"a: &x 'q'\nb: [*x, *x]", "{a: 'q', b: ['q', 'q']}"},
           Row{"a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", "{a: {b: 1, c: 2}, d: {c: 3, b: 1}}"},  // the own key wins
           Row{"a: {<<: [{b: 1}, {b: 2, c: 2}]}", "{a: {b: 1, c: 2}}"},                         // the earlier map wins
           Row{"a: &x {<<: {b: 1}, c: 2}\nd: *x", "{a: {c: 2, b: 1}, d: {c: 2, b: 1}}"},
           // An anchor inside of a map that merges keeps its place.
           Row{"a: {<<: {b: 1}, c: &x {e: f}}\nd: *x", "{a: {c: {e: f}, b: 1}, d: {e: f}}"},
           Row{"a: &x {b: 1}\nc: &y {d: 2, b: 3}\ne: {<<: [*x, *y], f: 4}",
               "{a: {b: 1}, c: {d: 2, b: 3}, e: {f: 4, b: 1, d: 2}}"},
           Row{"a: &x {b: 1}\nc: {d: &y {<<: *x, e: 2}}\nf: {<<: *y}",
               "{a: {b: 1}, c: {d: {e: 2, b: 1}}, f: {e: 2, b: 1}}"},
           Row{"a: {'<<': {b: 1}}", "{a: {'<<': {b: 1}}}"},  // in quotes it is a key like any other
           Row{"a: &x 1\nb: &x 2\nc: *x", "{a: 1, b: 2, c: 2}"},
       }) {
    CAPTURE(row.text);
    const auto parsed = parse(row.text);
    CHECK(parsed.tree == row.tree);
    CHECK(parsed.problems.empty());
  }
}

TEST_CASE("config/yaml: F48 keys that are there twice are noted with both places") {
  const auto parsed = parse("a: 1\nb: {c: 1, \"c\": 2}\na: 2\na: 3\n");
  REQUIRE(parsed.duplicates.size() == 3);
  CHECK(parsed.duplicates[0].key == "c");
  CHECK(parsed.duplicates[1].first_at == 0);
  CHECK(parsed.duplicates[1].again_at == 23);
  CHECK(parsed.duplicates[2].first_at == 0);
  CHECK(parsed.duplicates[2].again_at == 28);
  CHECK(parse("a: {k: 1}\nb: {k: 1}\nc: {<<: {k: 1}, k: 2}").duplicates.empty());
}

TEST_CASE("config/yaml: F47 what a small file could do to a parser is refused") {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string previous = std::string("*") + static_cast<char>(c - 1);
    bomb += std::string(1, c).append(": &").append(1, c).append(" [");
    bomb += repeat(previous + ", ", 8).append(previous).append("]\n");
  }
  CHECK(contains(first_problem(bomb), "expand to more than 100000 nodes"));
  CHECK(contains(first_problem("&x [*x]"), "stands inside of what it names"));
  CHECK(contains(first_problem("a: &x\n  <<: *x\n"), "stands inside of what it names"));
  CHECK(contains(first_problem("- &x [a]\n" + repeat("- <<: {k: *x}\n", 40000)), "expand to more than"));
  CHECK(contains(first_problem("a\n---\nb\n"), "a second document"));
  CHECK(contains(first_problem("a: !x b"), "tags"));
  CHECK(contains(first_problem("a: ! b"), "tags"));
  CHECK(contains(first_problem("a: !!binary Zm9v"), "tags"));
}

TEST_CASE("config/yaml: F47 depth is limited, in blocks and in brackets, closed or not") {
  const Limits limits{.depth_max = 5};
  CHECK(parse("[[[[[x]]]]]", limits).tree == "[[[[[x]]]]]");
  CHECK(contains(first_problem("[[[[[[x]]]]]]", limits), "f:1:6: nested more than 5 levels deep"));
  CHECK(contains(first_problem("a:\n b:\n  c:\n   d:\n    e:\n     f: g\n", limits), "nested more than 5"));
  for (const char* opening : {"- ", "[", "{a: ", "{a: \"]\", b: ", "[\n", "['\"', "}) {
    CAPTURE(opening);
    CHECK(contains(first_problem(repeat(opening, 100000)), "nested more than 32 levels deep"));
  }
}

TEST_CASE("config/yaml: F47 brackets in texts are not depth") {
  const std::string script = "run: |\n" + repeat("  echo [[[[[[[[[[ {{{{{{{{{{\n", 40);
  CHECK_FALSE(parse(script).tree.empty());
  const std::string json = "[" + repeat("\"[[[{{{ \\\" [[[\", ", 3000) + "1]";
  CHECK_FALSE(parse(json).tree.empty());
}

TEST_CASE("config/yaml: F47 size and number of elements are limited at their limit") {
  CHECK(parse("a: [1, 2]", {.events_max = 5}).tree == "{a: [1, 2]}");
  CHECK(contains(first_problem("a: [1, 2, 3]", {.events_max = 5}), "more than 5 elements"));
  CHECK(parse("a: b", {.size_max = 4}).tree == "{a: b}");
  CHECK(contains(first_problem("a: bc", {.size_max = 4}), "larger than"));
  CHECK(parse("a: &x [1, 2]\nb: *x", {.expanded_max = 3}).tree == "{a: [1, 2], b: [1, 2]}");
  CHECK(contains(first_problem("a: &x [1, 2]\nb: *x", {.expanded_max = 2}), "expand to more than 2 nodes"));
  CHECK(parse("a: &x {b: 1}\nc: {<<: *x}\nd: {<<: *x, b: 2}", {.expanded_max = 2}).problems.empty());
  CHECK(contains(first_problem("a: &x {b: 1}\nc: {<<: *x}\nd: {<<: *x}", {.expanded_max = 3}), "expand to more than"));
}

TEST_CASE("config/yaml: F47 half a file is not a whole one") {
  // yaml-cpp takes the end of the file for the closing quote.
  CHECK(contains(first_problem("a: \"b\nc: d\n"), "f:1:4: this quote is never closed"));
  CHECK(contains(first_problem("a: 'it''"), "never closed"));
  CHECK(contains(first_problem("a: \"b\\\""), "never closed"));
  CHECK(parse("a: 'it'''").tree == "{a: 'it''}");
  CHECK(parse("a: \"b\\\\\"").tree == "{a: \"b\\\"}");
  // ... and a 0x04 for the end of the file.
  CHECK(contains(first_problem("a: b\n\x04\nc: d\n"), "f:2:1: the control character 4"));
}

TEST_CASE("config/yaml: F47 text that is not UTF-8, and control characters") {
  for (const char* bad : {"a: \xFC", "a: \xC0\xAF", "a: \xED\xA0\x80", "a: \xF5\x80\x80\x80", "a: \xC3"}) {
    CAPTURE(bad);
    CHECK(contains(first_problem(bad), "f:1:4: this byte is not UTF-8"));
  }
  CHECK(contains(first_problem(std::string_view("a: \0b", 5)), "f:1:4: the control character 0"));
  CHECK(contains(first_problem("a: \x1B[2J"), "control character 27"));
  CHECK(contains(first_problem("a: b\rc: d"), "f:1:5: the control character 13"));
  CHECK(parse("a: \"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x94\x94\"\t\n").problems.empty());
}

TEST_CASE("config/yaml: S36 a scalar without its quotes does not hide what stands below it") {
  const auto parsed = parse("a: */5 * * * *\nb: [@x, c]\nd: e: f\ng: {h: * * *, i: j}\nk: l");
  CHECK(parsed.tree == "{a: !, b: [!, c], d: !, g: {h: !, i: j}, k: l}");
  REQUIRE(parsed.problems.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(parsed.problems[i].line == i + 1);
}

TEST_CASE("config/yaml: S36 after so many scalars without quotes the first are enough") {
  const auto parsed = parse(repeat("- @x\n", 1000));
  CHECK(parsed.tree.empty());
  CHECK(parsed.problems.size() == 17);
}
