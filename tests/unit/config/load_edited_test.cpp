// Reading only what is new of an edited file must never be seen but by the clock: whatever is edited, it says what
// reading the whole file says, or nothing.
#include <random>
#include <string>

#include <doctest/doctest.h>

#include <base/text.h>
#include <config/load_edited.h>
#include <config/load_whole.h>
#include <tests/support/same_jobs.h>

using namespace belfry;
using namespace belfry::config;

namespace {

constexpr const char* head = R"(version: 1
timezone: UTC
queues: { slow: { concurrency: 1 } }
defaults: { timeout: 1h }
jobs:
)";
constexpr const char* a = R"(  a:
    schedule: 1 2 * * *
    run: |
      first

        # not a comment
      second
)";
constexpr const char* b = R"(  "b": { schedule: every 5m,
    run: 'x' }   # a comment
)";
constexpr const char* c = R"(
  # about c
  c:
    schedule: { on_calendar: Mon 08:00, jitter: 5m }
    command: [x, "a: b",
      c]
    queue: slow
)";
constexpr const char* d = R"(  d: { schedule: H 3 * * *, run: y }
)";
constexpr const char* tail = R"(
# behind the jobs
calendars: { holidays: [2026-12-25] }
)";

std::string file(std::initializer_list<std::string> jobs, const char* begin = head, const char* end = tail) {
  std::string text = begin;
  for (const std::string& job : jobs) text += job;
  return text + end;
}

ZoneCache& zones() {
  static ZoneCache cache;
  return cache;
}

Loaded read(const std::string& text) { return load_whole({.name = "f.yaml", .text = text}, zones(), {}); }

Earlier earlier(const LoadedConfig& loaded) { return {.set = loaded.set, .pieces = loaded.pieces}; }

std::optional<LoadedConfig> edit(const std::string& before, const std::string& after) {
  const auto first = read(before);
  REQUIRE_MESSAGE(first.has_value(), render(first.error()));
  return load_edited({.name = "f.yaml", .text = after}, zones(), {.before = earlier(*first)});
}

// Whether the edit is read by itself; then it is what the whole file is.
bool is_read_alone(const std::string& before, const std::string& after) {
  const auto edited = edit(before, after);
  if (!edited) return false;
  const auto whole = read(after);
  REQUIRE_MESSAGE(whole.has_value(), render(whole.error()));
  CHECK(test::is_same(*edited->set, *whole->set));
  CHECK(edited->files == whole->files);
  CHECK(edited->daemon == whole->daemon);
  REQUIRE(whole->pieces);
  CHECK(edited->pieces->jobs == whole->pieces->jobs);
  return true;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("config/load_edited: S35 jobs that are edited, added, removed or moved are read alone") {
  const std::string whole = file({a, b, c, d});
  CHECK(is_read_alone(whole, with(whole, "first", "1st")));
  CHECK(is_read_alone(whole, with(whole, "every 5m", "every 7m")));
  CHECK(is_read_alone(whole, with(whole, "about c", "about C")));
  CHECK(is_read_alone(whole, with(whole, "  d:", "  dd:")));
  CHECK(is_read_alone(whole, file({a, b, "  e: { schedule: manual, run: z, queue: slow }\n", c, d})));
  CHECK(is_read_alone(whole, file({a, b, c, d, "  e: { schedule: manual, run: z }\n"})));
  CHECK(is_read_alone(whole, file({a, c, d})));
  CHECK(is_read_alone(whole, file({a, b, c})));
  CHECK(is_read_alone(whole, file({a})));
  CHECK(is_read_alone(whole, file({d, c, b, a})));
  CHECK(is_read_alone(whole, whole));
  CHECK(is_read_alone(file({a, b}, head, ""), file({b, a}, head, "")));
  CHECK(is_read_alone("\xEF\xBB\xBF" + whole, "\xEF\xBB\xBF" + with(whole, "first", "1st")));
}

TEST_CASE("config/load_edited: S35 what nobody edited stays the same object, and is not looked at") {
  const auto first = read(file({a, b, c, d}));
  const auto second = load_edited({.name = "f.yaml", .text = with(file({a, b, c, d}), "first", "1st")}, zones(),
                                  {.before = earlier(*first)});
  REQUIRE(second);
  for (const std::size_t job : {0U, 1U, 2U})
    CHECK(second->set->jobs[job].schedule.rules() == first->set->jobs[job].schedule.rules());
  CHECK(second->set->jobs[1].process == first->set->jobs[1].process);
  CHECK(second->set->jobs[0].policies != first->set->jobs[0].policies);  // this one was read
}

TEST_CASE("config/load_edited: S34 S35 what is around the jobs, or between them, is read with everything") {
  const std::string whole = file({a, b, c, d});
  CHECK_FALSE(is_read_alone(whole, with(whole, "timeout: 1h", "timeout: 2h")));
  CHECK_FALSE(is_read_alone(whole, with(whole, "2026-12-25", "2026-12-26")));
  CHECK_FALSE(is_read_alone(whole, with(whole, "jobs:\n", "jobs:\n  # new\n")));
  CHECK_FALSE(is_read_alone(whole, file({d + std::string("x-mine: 1\n"), "  e: 1\n"})));
  CHECK_FALSE(edit(file({a, b}), file({a, b, "  e: { schedule: { after: b }, run: z }\n"})));
  CHECK_FALSE(edit(file({a, b}), file({a, "  e: { schedule: manual, run: z, was: b }\n"})));
  const std::string after_b = "  e: { schedule: { after: b }, run: z }\n";
  CHECK_FALSE(edit(file({a, b, after_b, d}), file({a, after_b, d})));        // b is gone
  CHECK_FALSE(edit(file({a, b, after_b, d}), file({a, b, after_b, c, d})));  // c might be what e `was`
  CHECK(is_read_alone(file({a, b, after_b, d}), with(file({a, b, after_b, d}), "every 5m", "every 6m")));
}

TEST_CASE("config/load_edited: S34 what is wrong is found by reading everything, with its line") {
  const std::string whole = file({a, b, c, d});
  for (const std::string& wrong : {
           with(whole, "every 5m", "every 5"),
           with(whole, "run: 'x'", "run: 'x"),
           with(whole, "  d:", "  a:"),
           with(whole, "'x' }", "'x'"),
           with(whole, "\"a: b\"", "\"a: b"),
           file({a, b, b, c, d}),
           with(whole, "run: |", "run: \""),
           file({a, b, c, d, "  -\n"}),
           file({a, b, c, d, "   e: 1\n"}),
           file({a, b, c, d, " e: 1\n"}),
           with(whole, "\n\n  # about", "\n  ? x\n  # about"),
           with(whole, "first", std::string(1, '\x01')),
           file({a, b, c, "  d: { schedule: manual, run: *x }\n"}),
       }) {
    CAPTURE(wrong);
    CHECK_FALSE(edit(whole, wrong));
    const auto first = read(whole);
    const auto found = parse_config("f.yaml", wrong, zones(), {.before = earlier(*first)});
    REQUIRE_FALSE(found.has_value());
    CHECK(render(found.error()) == render(read(wrong).error()));
  }
}

TEST_CASE("config/load_edited: S34 a file in which something stands for something else is always read whole") {
  for (const std::string& whole : {
           file({a, "  e: &e { schedule: manual, run: z }\n", "  f: *e\n", d}),
           file({a, "  e: { <<: { schedule: manual }, run: z }\n", d}),
           with(file({a, d}), "defaults:", "x-common: &x { user: root }\ndefaults:"),
           std::string("timezone: UTC\njobs: { a: { schedule: manual, run: x }, b: { schedule: manual, run: y } }\n"),
           std::string("timezone: UTC\njobs:\n  a: { schedule: manual, run: \"x\n  b: y\n  c\" }\n"),
           std::string("timezone: UTC\njobs:\n  a: { schedule: manual,\nrun: x }\n  b: { schedule: manual, run: x }\n"),
       }) {
    CAPTURE(whole);
    const auto loaded = read(whole);
    REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
    CHECK(loaded->pieces == nullptr);
  }
}

TEST_CASE("config/load_edited: S34 random edits, one after the other, say what the whole file says") {
  const std::string pieces[] = {
      a,
      b,
      c,
      d,
      "  e:\n",
      "    schedule: every 9m\n",
      "    run: x\n",
      "    run: \"x\n",
      "    run: |\n",
      "      x\n",
      "  f: { schedule: manual,\n",
      "    run: y }\n",
      "queues: {}\n",
      "x-mine: 1\n",
      "# c\n",
      "  # c\n",
      "\n",
      "   \n",
      "\t\n",
      "  ? g\n",
      "  : 1\n",
      "  - g\n",
      "  g: &g { schedule: manual, run: x }\n",
      "  h: *g\n",
      "---\n",
      "...\n",
      "  ",
      "    ",
      "\"",
      "'",
      "}",
      "{",
      ": ",
      " #",
      "|",
      ">",
      "- ",
      "<<: {}\n",
      "    after: a\n",
      "    was: z\n",
      "\r\n",
      "  k: { schedule: { after: a }, run: x }\n",
      "  a: { schedule: manual, run: k }\n",
  };
  std::mt19937 random(20261126);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  auto current = read(file({a, b, c, d}));
  int alone = 0;
  int refused = 0;
  for (int round = 0; round < 4'000; ++round) {
    if (round % 20 == 0) current = read(file({a, b, c, d}));
    std::string text = current->files.front().text;
    const std::vector<std::string_view> lines = split(text, '\n');
    std::size_t at = static_cast<std::size_t>(lines[below(lines.size())].data() - text.data());
    if (below(8) == 0) at = below(text.size());
    if (below(3) == 0) text.erase(at, text.find('\n', at) - at + 1);
    if (below(4) != 0) text.insert(std::min(at, text.size()), pieces[below(std::size(pieces))]);
    CAPTURE(text);

    const auto whole = read(text);
    const auto edited = load_edited({.name = "f.yaml", .text = text}, zones(), {.before = earlier(*current)});
    if (!whole) {
      CHECK_FALSE(edited);
      ++refused;
      continue;
    }
    if (edited) {
      REQUIRE(test::is_same(*edited->set, *whole->set));
      ++alone;
    }
    current = edited ? *edited : *whole;
  }
  CHECK(alone > 400);
  CHECK(refused > 400);
  MESSAGE(alone << " edits were read alone, " << refused << " refused");
}
