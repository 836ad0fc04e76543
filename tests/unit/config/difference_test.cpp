#include <string>

#include <doctest/doctest.h>

#include <base/text.h>
#include <config/difference.h>
#include <config/load.h>

using namespace belfry;
using namespace belfry::config;

namespace {

std::shared_ptr<const JobSet> set_of(const std::string& jobs) {
  static ZoneCache zones;
  const auto loaded = parse_config("f.yaml", "timezone: UTC\njobs:\n" + jobs, zones, {.empty = EmptyFile::allowed});
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  return loaded->set;
}

// One line per change: "~ a: schedule every 5m > every 9m; next 12:09 was 12:05".
std::string told(const std::string& before, const std::string& after) {
  const auto time = [](const std::optional<WallTime>& t) { return t ? format_utc(*t).substr(11, 5) : "never"; };
  std::string text;
  for (const JobChange& change : difference(*set_of(before), *set_of(after), *parse_rfc3339("2026-11-20T12:01:00Z"))) {
    text += std::string(1, "+~-"[static_cast<int>(change.kind)]) + " " + change.job.text() + ":";
    for (const auto& key : change.keys) {
      text +=
          " " + key.key + (key.before.empty() && key.after.empty() ? "" : " " + key.before + " > " + key.after) + ";";
    }
    text += " " + change.schedule + "; next " + time(change.next) + " was " + time(change.next_before) + "\n";
  }
  return text;
}

constexpr const char* a = "  a: { schedule: 5 * * * *, run: x }\n";

}  // namespace

TEST_CASE("config/difference: S35 jobs that stay the same are no change, whatever their order and spelling") {
  CHECK(told(a, a).empty());
  CHECK(told(std::string(a) + "  b: { schedule: manual, run: x }\n",
             "  b: { schedule: manual, run: x, timeout: none }\n  a: { run: x, schedule: '5 * * * *' }\n")
            .empty());
}

TEST_CASE("config/difference: S35 jobs that come, go and change, with how their next times move") {
  CHECK(told("", a) == "+ a: 5 * * * *; next 12:05 was never\n");
  CHECK(told(a, "") == "- a: 5 * * * *; next never was 12:05\n");
  CHECK(told(a, "  a: { schedule: 9 * * * *, run: x }\n") ==
        "~ a: schedule 5 * * * * > 9 * * * *; 9 * * * *; next 12:09 was 12:05\n");
  CHECK(told(a, "  a: { schedule: 5 * * * *, run: x, enabled: false }\n") ==
        "~ a: enabled true > false; 5 * * * *; next never was 12:05\n");
  CHECK(told(a, "  a: { schedule: { cron: 5 * * * *, until: '2020-01-01' }, run: x }\n") ==
        "~ a: schedule; 5 * * * *; next never was 12:05\n");
  CHECK(told(a, "  b: { schedule: 5 * * * *, run: x, was: a }\n") ==
        "~ b: name a > b; 5 * * * *; next 12:05 was 12:05\n");
}

TEST_CASE("config/difference: S11 S35 other delays of the same slots are a change") {
  const std::string jittered = "  a: { schedule: { cron: 5 * * * *, jitter: 7s }, run: x }\n";
  const std::string spread = "  a: { schedule: { cron: 5 * * * *, spread: 7m }, run: x }\n";
  CHECK(told(a, jittered) == "~ a: schedule; 5 * * * *; next 12:05 was 12:05\n");
  CHECK(told(jittered, spread) == "~ a: schedule; 5 * * * *; next 12:05 was 12:05\n");
  CHECK(told(spread, spread).empty());
}

TEST_CASE("config/difference: S35 every key of a job shows, and a value that may be secret does not") {
  struct Row {
    const char* keys;
    const char* expected;
  };
  for (const Row& row : {
           Row{"run: y", "action;"},
           Row{"run: x, shell: bash", "action;"},
           Row{"run: x, env: { PASSWORD: hunter2 }", "env;"},
           Row{"run: x, working_dir: /tmp", "working_dir none > /tmp;"},
           Row{"run: x, description: d", "description;"},
           Row{"run: x, tags: [t]", "tags;"},
           Row{"run: x, missed: all", "missed latest > all;"},
           Row{"run: x, missed: { within: 2h }", "missed;"},
           Row{"run: x, overlap: queue", "overlap skip > queue;"},
           Row{"run: x, retry: { max: 3 }", "retry none > 3;"},
           Row{"run: x, on_lost: rerun", "on_lost fail > rerun;"},
           Row{"run: x, timeout: 90m", "timeout none > 1h30m;"},
           Row{"run: x, deadline: 2h", "deadline none > 2h;"},
           Row{"run: x, success_exit_codes: [3]", "success_exit_codes;"},
           Row{"run: x, queue: default, priority: 5", "priority 0 > 5;"},
           Row{"run: x, max_runs: 5", "max_runs none > 5;"},
           Row{"run: x, pause_after_failures: 5", "pause_after_failures none > 5;"},
       }) {
    CAPTURE(row.keys);
    CHECK(told(a, std::string("  a: { schedule: 5 * * * *, ") + row.keys + " }\n") ==
          std::string("~ a: ") + row.expected + " 5 * * * *; next 12:05 was 12:05\n");
  }
}
