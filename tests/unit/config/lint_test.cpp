#include <sys/stat.h>

#include <string>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>
#include <config/load.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::config;

namespace {

// The names of the warnings about a good file, each followed by a space.
std::string warned_of(const std::string& text) {
  static ZoneCache zones;
  const auto loaded = parse_config("f.yaml", text, zones, {.lint_at = *parse_rfc3339("2026-11-20T12:00:00Z")});
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  std::string names;
  for (const Problem& warning : loaded->warnings) {
    CHECK(warning.severity == Severity::warning);
    CHECK(warning.line > 0);
    CHECK_FALSE(warning.hint.empty());
    names += warning.name + " ";
  }
  return names;
}

std::string warned_of_job(const std::string& keys) { return warned_of("timezone: UTC\njobs: { a: { " + keys + " } }"); }

}  // namespace

TEST_CASE("config/lint: S36 what is allowed and still odd is a warning with a name") {
  struct Row {
    const char* keys;
    const char* expected;
  };
  for (const Row& row : {
           Row{"schedule: every 5m, run: x", ""},
           Row{"schedule: manual, run: x", ""},
           Row{"schedule: '@reboot', run: x", ""},
           Row{"schedule: { every: 7m, measured_from: start }, run: x", ""},
           Row{"schedule: every 1d, run: x", "utc-day "},
           Row{"schedule: { every: 1d }, run: x", "utc-day "},
           Row{"schedule: { every: 1d, from: '2026-01-01' }, run: x", ""},
           Row{"schedule: '*/7 * * * *', run: x", "uneven-step "},
           Row{"schedule: 0 0 29 2 *, run: x", "leap-years-only "},
           Row{"schedule: 0 0 13 * 5, run: x", "either-day "},
           Row{"schedule: { cron: 30 2 * * *, timezone: Europe/Berlin }, run: x", "dst-change dst-change "},
           Row{"schedule: { at: '2026-11-01 10:00' }, run: x", "never-again "},
           Row{"schedule: { at: '2026-12-01 10:00' }, run: x", ""},
           Row{"schedule: { every: 5m, until: '2026-11-01' }, run: x", "never-again "},
           // A job that something else than a time starts as well is not over.
           Row{"schedule: [{ at: '2026-11-01 10:00' }, { on_startup: 10s }], run: x", ""},
           Row{"schedule: [{ at: '2026-11-01 10:00' }, '@reboot'], run: x", ""},
           Row{"schedule: every 5m, run: x, retry: { delay: 5s }", "retry-never "},
           Row{"schedule: every 5m, run: x, retry: { max: 1 }", ""},
           Row{"schedule: every 5m, run: x, timeout: 2h, deadline: 1h", "timeout-beyond-deadline "},
           Row{"schedule: every 5m, run: x, timeout: 1h, deadline: 2h", ""},
           Row{"schedule: every 5m, run: a | b", "pipe-in-sh "},
           Row{"schedule: every 5m, run: a | b, shell: bash", ""},
           Row{"schedule: every 5m, run: a || b", ""},
           Row{"schedule: every 5m, command: [x, --Password=abc]", "secret-in-command "},
           Row{"schedule: every 5m, command: [x, --password=]", ""},
           Row{"schedule: every 5m, command: [/no/such/program]", "program-missing "},
           Row{"schedule: every 5m, command: [/bin/sh]", ""},
       }) {
    CAPTURE(row.keys);
    CHECK(warned_of_job(row.keys) == row.expected);
  }
}

TEST_CASE("config/lint: a program that everybody may change") {
  const tests::TempDir dir;
  REQUIRE(replace_file(dir / "program", "#!/bin/sh\n").has_value());
  std::filesystem::permissions(dir / "program", std::filesystem::perms::all);
  CHECK(warned_of_job("schedule: manual, command: [" + (dir / "program") + "]") == "program-writable ");
}

TEST_CASE("config/lint: a program that a script begins with is looked at too") {
  CHECK(warned_of_job("schedule: every 5m, run: /no/such/program --all") == "program-missing ");
  CHECK(warned_of_job("schedule: every 5m, run: /bin/sh -c true").empty());
  CHECK(warned_of_job("schedule: every 5m, run: /no/*/program").empty());
}

TEST_CASE("config/lint: a user or a group that this machine does not know") {
  CHECK(warned_of_job("schedule: every 5m, run: x, user: root").empty());
  CHECK(warned_of_job("schedule: every 5m, run: x, user: 4711").empty());
  CHECK(warned_of_job("schedule: every 5m, run: x, user: no-such-user") == "user-missing ");
  CHECK(warned_of_job("schedule: every 5m, run: x, user: root, group: no-such-group") == "user-missing ");
}

TEST_CASE("config/lint: a job whose last run took longer than the pause between its times") {
  ZoneCache zones;
  const auto warnings = [&](const std::string& schedule, Millis took) {
    const auto loaded = parse_config(
        "f.yaml", "timezone: UTC\njobs: { a: { schedule: " + schedule + ", run: x } }", zones,
        {.lint_at = *parse_rfc3339("2026-11-20T12:00:00Z"),
         .last_duration = [&](const std::string& job) { return job == "a" ? std::optional(took) : std::nullopt; }});
    REQUIRE(loaded.has_value());
    return loaded->warnings;
  };
  using namespace std::chrono_literals;
  CHECK(warnings("every 5m", 4min).empty());
  const auto warned = warnings("every 5m", 7min);
  REQUIRE(warned.size() == 1);
  CHECK(warned[0].name == "overlaps-itself");
  CHECK(warned[0].what == "the last run of 'a' took 7m, and it is due again after 5m");
  CHECK(warnings("'0,50 * * * *'", 15min).size() == 1);  // the shorter of the two pauses
  CHECK(warnings("{ every: 5m, measured_from: finish }", 7min).empty());
  CHECK(warnings("manual", 7min).empty());
}

TEST_CASE("config/lint: two jobs at the same instant in a queue with one place") {
  const auto file = [](const char* second, int places) {
    return "queues: { q: { concurrency: " + std::to_string(places) +
           " } }\njobs:\n  a: { schedule: 0 * * * *, run: x, queue: q }\n  b: { schedule: " + second +
           ", run: x, queue: q }";
  };
  CHECK(warned_of(file("0 * * * *", 1)) == "queue-collision ");
  CHECK(warned_of(file("0 * * * *", 2)).empty());
  CHECK(warned_of(file("5 * * * *", 1)).empty());
}

TEST_CASE("config/lint: a file switches a warning off by its name") {
  const std::string job = "jobs: { a: { schedule: every 1d, run: a | b } }";
  CHECK(warned_of(job) == "pipe-in-sh utc-day ");
  CHECK(warned_of("ignore_warnings: [utc-day]\n" + job) == "pipe-in-sh ");
  ZoneCache zones;
  const auto misspelt = parse_config("f.yaml", "ignore_warnings: [utc-dya]\n" + job, zones, {.lint_at = WallTime{}});
  REQUIRE_FALSE(misspelt.has_value());
  CHECK(misspelt.error()[0].hint == "did you mean 'utc-day'?");
}

TEST_CASE("config/lint: nobody who did not ask is warned, and errors come alone") {
  ZoneCache zones;
  CHECK(parse_config("f.yaml", "jobs: { a: { schedule: every 1d, run: x } }", zones)->warnings.empty());
  const auto wrong =
      parse_config("f.yaml", "jobs: { a: { schedule: every 1d, run: x, b: c } }", zones, {.lint_at = WallTime{}});
  CHECK(wrong.error().size() == 1);
}

TEST_CASE("config/lint: S38 a secret whose file is not there, or not for it alone, is a warning") {
  const tests::TempDir dir;
  const std::string file = dir / "token";
  const auto warned = [&](const std::string& where) {
    return warned_of("secrets: { token: " + where + " }\njobs: { a: { schedule: manual, run: x } }");
  };
  CHECK(warned("{ file: " + file + " }") == "secret-file ");
  REQUIRE(replace_file(file, "x").has_value());
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  CHECK(warned("{ file: " + file + " }") == "secret-file ");
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  CHECK(warned("{ file: " + file + " }") == "");
  CHECK(warned("{ credential: token }") == "");
}
