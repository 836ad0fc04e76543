#include <doctest/doctest.h>

#include <cli/table.h>

using namespace belfry::cli;

namespace {

Table example() {
  Table table({"JOB", "LAST RUN", "", "NEXT"});
  table.add({{"nightly-backup"}, {"\u2713 8h ago", Emphasis::good}, {"41m12s"}, {"in 15h"}});
  table.add({{"\u6771\u4EAC"}, {"\u2013"}, {""}, {""}});
  return table;
}

}  // namespace

TEST_CASE("cli/table: columns are aligned by what is seen, and no line ends in blanks") {
  CHECK(example().render({}) ==
        "JOB             LAST RUN          NEXT\n"
        "nightly-backup  \u2713 8h ago  41m12s  in 15h\n"
        "\u6771\u4EAC            \u2013\n");
}

TEST_CASE("cli/table: a narrow terminal cuts the widest column first") {
  CHECK(example().render({.width = 36}) ==
        "JOB         LAST RUN          NEXT\n"
        "nightly-b\u2026  \u2713 8h ago  41m12s  in 15h\n"
        "\u6771\u4EAC        \u2013\n");
}

TEST_CASE("cli/table: colours are outside of the counting, and only where there are any") {
  const std::string coloured = example().render({.has_colours = true});
  CHECK(coloured.find("\033[32m\u2713 8h ago\033[0m  41m12s") != std::string::npos);
  CHECK(example().render({}).find('\033') == std::string::npos);
}

TEST_CASE("cli/table: an escape in a cell is shown, not obeyed") {
  Table table({"JOB"});
  table.add({{"\033[31mred"}});
  CHECK(table.render({}) == "JOB\n\uFFFD[31mred\n");
}
