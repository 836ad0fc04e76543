#include <string>

#include <doctest/doctest.h>

#include <base/utf8.h>
#include <config/problem.h>

using namespace belfry::config;

TEST_CASE("config/problem: S34 problems are shown in the order of the file, each with its line and a caret") {
  const Source source("schedules.yaml", "first: 1\nsecond: größe: x\n");
  Problems problems(source);
  problems.error(26, "the second", "write  this");
  problems.error(0, "the first");
  CHECK(render(problems.take()) ==
        "schedules.yaml:1:1   error  the first\n"
        "    1 | first: 1\n"
        "      | ^\n"
        "schedules.yaml:2:16  error  the second\n"
        "    2 | second: größe: x\n"
        "      |                ^ write  this\n");
}

TEST_CASE("config/problem: one line for the log") {
  const Source source("f.yaml", "a: b\n");
  Problems problems(source);
  problems.error(3, "what is wrong", "what to write");
  problems.error_in_file("the whole file", "");
  const auto list = problems.take();
  CHECK(one_line(list[0]) == "f.yaml: the whole file");
  CHECK(one_line(list[1]) == "f.yaml:1:4: what is wrong; what to write");
}

TEST_CASE("config/problem: S34 whatever a message quotes from the file, it is fit for a terminal") {
  const Source source("f.yaml", "a: b\n");
  Problems problems(source);
  problems.error(0, std::string("a\0b", 3) + "\x1b[2J", "write \x7f");
  problems.error_in_file("\xff", "\n");
  problems.warning(0, "w", "\r", "größe");
  auto list = problems.take();
  CHECK(list[0].what == "?");
  CHECK(list[0].hint == "?");
  CHECK(list[1].what == "a?b?[2J");
  CHECK(list[1].hint == "write ?");
  list = problems.take(Severity::warning);
  CHECK(list[0].what == "?");
  CHECK(list[0].hint == "größe");
}

TEST_CASE("config/problem: a long line is cut around the place, without cutting a character") {
  std::string line = "a: ";
  for (int i = 0; i < 200; ++i) line += "é";
  line += "X";
  for (int i = 0; i < 200; ++i) line += "é";
  const Source source("f", line);
  Problems problems(source);
  problems.error(line.find('X'), "here");
  const auto list = problems.take();
  CHECK(list[0].column == 204);
  CHECK(list[0].excerpt.size() < 130);
  CHECK(belfry::is_utf8(list[0].excerpt));
  std::string expected = "...";
  for (std::size_t i = 3; i < list[0].caret; ++i) expected += "é";
  CHECK(list[0].excerpt.starts_with(expected + "X"));
}

TEST_CASE("config/problem: nothing from the file reaches the terminal unseen") {
  const Source source("f", "a\x1B[2J\tb\xFF");
  Problems problems(source);
  problems.error(1, quote("k\x1B\n" + std::string(100, 'x')));
  const auto list = problems.take();
  CHECK(list[0].excerpt == "a?[2J b?");
  CHECK(list[0].what == "'k??" + std::string(57, 'x') + "...'");
}

TEST_CASE("config/problem: beyond a hundred, problems are only counted") {
  const Source source("f", "a");
  Problems problems(source);
  for (int i = 0; i < 120; ++i) problems.error(0, "wrong");
  const auto list = problems.take();
  CHECK(list.size() == Problems::problems_max + 1);
  CHECK(list.back().what == "and 20 more problems");
}
