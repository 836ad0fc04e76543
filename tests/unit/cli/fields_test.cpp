#include <doctest/doctest.h>

#include <cli/fields.h>

using namespace belfry::cli;

TEST_CASE("cli/fields: names stand in a column, values beside them, and nothing is said of nothing") {
  Fields fields;
  fields.add("next", "in 5m");
  fields.add("paused", "");
  fields.add("schedule", "30 2 * * *\nAt 02:30 every day\n");
  CHECK(fields.render({}) ==
        "  next      in 5m\n"
        "  schedule  30 2 * * *\n"
        "            At 02:30 every day\n");
}

TEST_CASE("cli/fields: a long line goes on below at the edge of the terminal, all of it, and cannot repaint it") {
  Fields fields;
  fields.add("does", "echo \033[2J 0123456789 x");
  CHECK(fields.render({.width = 20}) ==
        "  does  echo \uFFFD[2J\n"
        "        0123456789 x\n");
}

TEST_CASE("cli/fields: a picture of a line and what points into it stays one, and is cut at the edge") {
  Fields fields;
  fields.add_picture("trouble", "3 | tick: { schedule: evry 5s }\n  |       ^ here", Emphasis::plain);
  CHECK(fields.render({.width = 27}) ==
        "  trouble  3 | tick: { sch…\n"
        "             |       ^ here\n");
}
