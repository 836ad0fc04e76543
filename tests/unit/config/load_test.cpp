#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>
#include <config/load.h>

using namespace belfry;
using namespace belfry::config;

namespace {

Loaded parse(std::string text) {
  static ZoneCache zones;
  return parse_config("f.yaml", std::move(text), zones);
}

std::string next_after(const Job& job, const char* t) {
  const auto next = job.schedule.next_after(*parse_rfc3339(t));
  return next ? format_utc(*next) : "never";
}

constexpr const char* complete = R"(
version: 1
timezone: Europe/Berlin
x-note: { anything: [goes, here] }
x-common: &common
  tags: [night, 2024]
  env: { PGHOST: /run/postgresql, RETRIES: 0123, DEBUG: on, EMPTY: "" }

jobs:
  heartbeat:
    schedule: every 90s
    run: curl -fsS "$URL"

  nightly-backup:
    <<: *common
    description: Dump every database
    x-owner: ops
    schedule:
      cron: "30 2 * * *"
      timezone: America/New_York
    shell: bash
    run: |
      pg_dumpall > dump
      sync
    working_dir: /var/backups

  weekly:
    schedule: 0 6 * * 1
    command: [/usr/local/bin/report, --week, 12]
    enabled: false

  poll: { schedule: { every: 5m }, run: ./poll }
  daily: { schedule: "@daily", run: date }
  restore: { schedule: manual, command: [restore] }
)";

}  // namespace

TEST_CASE("config/load: a good file is read completely, in file order") {
  const auto config = parse(complete);
  REQUIRE_MESSAGE(config.has_value(), render(config.error()));
  CHECK(config->files == std::vector<FileText>{{"f.yaml", complete}});
  CHECK(config->warnings.empty());
  CHECK(config->set->zone_name == "Europe/Berlin");
  const auto& jobs = config->set->jobs;
  REQUIRE(jobs.size() == 6);

  CHECK(jobs[0].name.text() == "heartbeat");
  CHECK(jobs[0].schedule_text == "every 90s");
  CHECK(jobs[0].zone_name == "Europe/Berlin");
  CHECK(jobs[0].action == Action{Script{.text = "curl -fsS \"$URL\"", .shell = Script::Shell::sh}});
  CHECK(jobs[0].description.empty());
  CHECK(jobs[0].tags.empty());
  CHECK(jobs[0].env.empty());
  CHECK_FALSE(jobs[0].working_dir.has_value());
  CHECK(jobs[0].enabled);
  CHECK(next_after(jobs[0], "2026-03-01T00:00:00Z") == "2026-03-01T00:01:30Z");

  CHECK(jobs[1].name.text() == "nightly-backup");
  CHECK(jobs[1].description == "Dump every database");
  CHECK(jobs[1].tags == std::vector<std::string>{"night", "2024"});
  CHECK(jobs[1].schedule_text == "30 2 * * *");
  CHECK(jobs[1].zone_name == "America/New_York");
  CHECK(next_after(jobs[1], "2026-01-01T00:00:00Z") == "2026-01-01T07:30:00Z");
  CHECK(jobs[1].action == Action{Script{.text = "pg_dumpall > dump\nsync\n", .shell = Script::Shell::bash}});
  CHECK(*jobs[1].working_dir == "/var/backups");
  CHECK(jobs[1].env == std::vector<EnvironmentVariable>{
                           {"PGHOST", "/run/postgresql"}, {"RETRIES", "0123"}, {"DEBUG", "on"}, {"EMPTY", ""}});

  CHECK(jobs[2].action == Action{Command{{"/usr/local/bin/report", "--week", "12"}}});
  CHECK_FALSE(jobs[2].enabled);
  CHECK(next_after(jobs[2], "2026-01-01T00:00:00Z") == "2026-01-05T05:00:00Z");  // 06:00 in Berlin
  CHECK(jobs[3].schedule_text == "every 5m");
  CHECK(jobs[4].schedule_text == "@daily");
  CHECK(next_after(jobs[4], "2026-07-01T00:00:00Z") == "2026-07-01T22:00:00Z");
  CHECK(jobs[5].schedule.is_manual());
  CHECK(jobs[5].schedule_text == "manual");
}

TEST_CASE("config/load: S8 S9 S10 S11 S14 every way to say when, and its conditions, reach the schedule") {
  const auto loaded = parse(R"(
timezone: Europe/Berlin
jobs:
  several:
    run: date
    schedule:
      - { cron: "0 18 * * MON-FRI", exclude: [holidays, freeze] }
      - { on_calendar: "Mon *-*~07/1 08:00" }
  once: { run: date, schedule: { at: "2026-12-01 22:00" } }
  anchored: { run: date, schedule: { every: 7h, from: "2026-01-01T01:00:00Z", until: 2026-01-03 } }
  gap: { run: date, schedule: { cron: "30 2 * * *", dst: { skipped: shift, repeated: both } } }
  weekends: { run: date, schedule: { cron: "0 6 * * *", only: [weekends] } }
  late: { run: date, schedule: { every: 1h, jitter: 10m, spread: 10m } }
calendars:
  holidays: [12-25, 2027-03-26]
  freeze: [2026-12-18..2027-01-04]
  weekends: [SAT-SUN]
)");
  REQUIRE(loaded.has_value());
  const auto& jobs = loaded->set->jobs;

  const Job& several = jobs[0];
  CHECK(several.schedule_text == "0 18 * * MON-FRI · Mon *-*~07/1 08:00");
  CHECK(next_after(several, "2026-12-23T12:00:00Z") == "2026-12-23T17:00:00Z");
  CHECK(several.schedule.excluded(*parse_rfc3339("2026-12-23T17:00:00Z")) == "excluded by calendar freeze");
  CHECK_FALSE(several.schedule.excluded(*parse_rfc3339("2026-12-28T07:00:00Z")).has_value());  // the other schedule's
  CHECK(next_after(several, "2026-12-27T17:00:00Z") == "2026-12-28T07:00:00Z");

  CHECK(next_after(jobs[1], "2026-11-01T00:00:00Z") == "2026-12-01T21:00:00Z");
  CHECK(next_after(jobs[1], "2026-12-01T21:00:00Z") == "never");
  CHECK(next_after(jobs[2], "2026-01-01T01:00:00Z") == "2026-01-01T08:00:00Z");
  CHECK(next_after(jobs[2], "2026-01-02T22:00:00Z") == "never");  // until: the first instant of that day in Berlin
  CHECK(next_after(jobs[3], "2026-03-28T12:00:00Z") == "2026-03-29T01:30:00Z");
  CHECK(next_after(jobs[3], "2026-10-25T00:30:00Z") == "2026-10-25T01:30:00Z");
  CHECK(jobs[4].schedule.excluded(*parse_rfc3339("2026-11-20T05:00:00Z")) == "not a day of calendar weekends");
  CHECK(jobs[5].schedule.delay(*parse_rfc3339("2026-11-20T05:00:00Z")) > Millis{0});
}

TEST_CASE("config/load: S11 two machines with the same file do not start at the same instant") {
  ZoneCache zones;
  const auto delay_with = [&](std::uint64_t salt) {
    const auto loaded =
        parse_config("f.yaml", "jobs: {a: {run: date, schedule: {every: 1h, jitter: 30m}}}", zones, {.salt = salt});
    return loaded->set->jobs[0].schedule.delay(*parse_rfc3339("2026-11-20T05:00:00Z"));
  };
  CHECK(delay_with(1) == delay_with(1));
  CHECK(delay_with(1) != delay_with(2));
}

TEST_CASE("config/load: S11 `salt` takes the place of the machine's, and a change of it waits for the next start") {
  ZoneCache zones;
  const auto load_with = [&](const std::string& daemon, ParseOptions options) {
    return parse_config("f.yaml", daemon + "jobs: {a: {run: date, schedule: {every: 1h, jitter: 30m}}}", zones, options)
        .value();
  };
  const auto delay = [](const LoadedConfig& loaded) {
    return loaded.set->jobs[0].schedule.delay(*parse_rfc3339("2026-11-20T05:00:00Z"));
  };
  const auto one = load_with("daemon: {salt: one}\n", {.salt = 1});
  CHECK(delay(one) == delay(load_with("daemon: {salt: one}\n", {.salt = 2})));
  CHECK(delay(one) != delay(load_with("daemon: {salt: two}\n", {.salt = 1})));
  CHECK(delay(one) == delay(load_with("daemon: {salt: two}\n", {.salt = 1, .salt_in_force = one.salt})));
}

TEST_CASE("config/load: the daemon's clock is waited for a minute, unless the file says otherwise") {
  ZoneCache zones;
  const auto patience = [&](const std::string& daemon) {
    return parse_config("f.yaml", daemon + "jobs: {a: {run: date, schedule: manual}}", zones)->daemon.wait_for_clock;
  };
  CHECK(patience("") == std::chrono::minutes{1});
  CHECK(patience("daemon: {wait_for_clock: 0s}\n") == Millis{0});
}

TEST_CASE("config/load: the file's zone may stand below its jobs") {
  const auto config = parse("jobs: { a: { schedule: 0 6 * * *, run: x } }\ntimezone: Asia/Seoul\n");
  REQUIRE(config.has_value());
  CHECK(config->set->jobs[0].zone_name == "Asia/Seoul");
  CHECK(next_after(config->set->jobs[0], "2026-01-01T00:00:00Z") == "2026-01-01T21:00:00Z");
}

TEST_CASE("config/load: without a zone it is the machine's") {
  const ZoneCache::Options machine{.localtime = "/usr/share/zoneinfo/Asia/Tokyo"};
  ZoneCache zones(machine);
  const auto expected = zones.system_zone();
  REQUIRE(expected.has_value());
  const auto config = parse_config("f.yaml", "jobs: { a: { schedule: 0 6 * * *, run: x } }", zones);
  REQUIRE(config.has_value());
  CHECK(config->set->zone_name == (*expected)->name());
  CHECK(config->set->jobs[0].zone_name == (*expected)->name());
}

TEST_CASE("config/load: the revision follows the text, byte by byte") {
  const std::string text = "jobs: { a: { schedule: manual, run: x } }";
  const auto revision = parse(text)->set->revision;
  CHECK(revision.str().size() == 16);
  CHECK(parse(text)->set->revision == revision);
  CHECK(parse(text + "\n")->set->revision != revision);
  CHECK(parse("\xEF\xBB\xBF" + text)->set->revision != revision);
}

TEST_CASE("config/load: S34 one error refuses the file, and all errors are reported in order") {
  const auto config =
      parse("jobs:\n  good: { schedule: manual, run: x }\n  bad: { schedule: x, run: x, a: b }\nc: d\n");
  REQUIRE_FALSE(config.has_value());
  REQUIRE(config.error().size() == 3);
  CHECK(config.error()[0].line == 3);
  CHECK(config.error()[1].line == 3);
  CHECK(config.error()[1].column > config.error()[0].column);
  CHECK(config.error()[2].line == 4);
}

TEST_CASE("config/load: S34 a file that is not there, cannot be read or is too large is one clear problem") {
  ZoneCache zones;
  struct Row {
    const char* path;
    const char* said;
  };
  for (const Row& row : {
           Row{"tests/unit/config/none.yaml",
               "tests/unit/config/none.yaml: open tests/unit/config/none.yaml: No such file or directory; "
               "write one, or name another with -c FILE"},
           Row{"tests/unit/config",
               "tests/unit/config: read tests/unit/config: Is a directory; name the file, not its directory"},
       }) {
    CAPTURE(row.path);
    const auto config = load_config(row.path, zones);
    REQUIRE_FALSE(config.has_value());
    REQUIRE(config.error().size() == 1);
    CHECK(one_line(config.error()[0]) == row.said);
    CHECK(config.error()[0].line == 0);
  }
}

TEST_CASE("config/load: S36 every key of every table is read into its member") {
  // A key that does nothing would be accepted in silence.
  const auto plain = parse("jobs: { a: { schedule: manual, run: x } }");
  REQUIRE(plain.has_value());
  const auto& before = plain->set->jobs[0];
  const auto with = [](const char* key) {
    auto config = parse(std::string("jobs: { a: { schedule: manual, run: x, ") + key + " } }");
    REQUIRE(config.has_value());
    return config->set->jobs[0];
  };
  CHECK(with("description: d").description != before.description);
  CHECK(with("tags: [t]").tags != before.tags);
  CHECK(with("shell: bash").action != before.action);
  CHECK(with("working_dir: /").working_dir != before.working_dir);
  CHECK(with("env: { A: b }").env != before.env);
  CHECK(with("enabled: false").enabled != before.enabled);
}

TEST_CASE("config/load: the example at the top of the repository is accepted, and is seen at work at once") {
  ZoneCache zones;
  const auto config = load_config("schedules.yaml", zones);
  REQUIRE_MESSAGE(config.has_value(), render(config.error()));
  for (const Job& job : config->set->jobs) {
    CAPTURE(job.name.text());
    const auto start = *parse_rfc3339("2026-11-19T12:00:00Z");
    CHECK(job.enabled);
    CHECK(job.schedule.next_after(start) <= start + std::chrono::seconds{15});
  }
}

TEST_CASE("config/load: S34 F47 no beginning of a file crashes, hangs or is taken for a file without jobs") {
  ZoneCache zones;
  const std::string example = read_file("schedules.yaml").value();
  for (const std::string& whole : {example, std::string(complete)}) {
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      CAPTURE(size);
      const auto config = parse_config("f.yaml", whole.substr(0, size), zones);
      if (config) {
        CHECK_FALSE(config->set->jobs.empty());
      } else {
        CHECK_FALSE(config.error().empty());
      }
    }
  }
}

TEST_CASE("config/load: F47 no damaged file crashes, hangs or is taken for a file without jobs") {
  ZoneCache zones;
  const std::string whole = complete;
  // Every byte in turn, by what breaks a YAML file most.
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char damage : {'*', '"', '\'', ':', '[', '{', '&', '\n', '\t', '|', '!', '\0', '\xFF'}) {
      CAPTURE(at);
      CAPTURE(damage);
      std::string text = whole;
      text[at] = damage;
      const auto config = parse_config("f.yaml", std::move(text), zones);
      CHECK((config ? !config->set->jobs.empty() : !config.error().empty()));
    }
  }
}

TEST_CASE("config/load: S11 S35 a new set shares with the one before what nobody edited") {
  ZoneCache zones;
  const auto read = [&](const std::string& jobs, std::shared_ptr<const JobSet> before) {
    const auto loaded = parse_config("f.yaml", "timezone: UTC\njobs: { " + jobs + " }", zones,
                                     {.before = {.set = std::move(before), .pieces = {}}});
    REQUIRE(loaded.has_value());
    return loaded->set;
  };
  const auto first = read("a: { schedule: 1 2 * * *, run: x }, b: { schedule: 3 4 * * *, run: x }", nullptr);
  const auto second = read("a: { schedule: 1 2 * * *, run: y }, b: { schedule: 3 5 * * *, run: x }", first);
  CHECK(second->jobs[0].schedule.rules() == first->jobs[0].schedule.rules());
  CHECK(std::get<Script>(second->jobs[0].action).text == "y");
  CHECK(second->jobs[1].schedule.rules() != first->jobs[1].schedule.rules());
  // The slots are the same, and they start at other times.
  auto before = first;
  for (const char* delay : {"jitter: 7s", "jitter: 70s", "spread: 7s", "spread: 70s"}) {
    CAPTURE(delay);
    const std::string job = std::string("a: { schedule: { cron: 1 2 * * *, ") + delay + " }, run: x }";
    const auto edited = read(job, before);
    CHECK(edited->jobs[0].schedule.rules() != before->jobs[0].schedule.rules());
    CHECK(read(job, edited)->jobs[0].schedule.rules() == edited->jobs[0].schedule.rules());
    before = edited;
  }
  const auto alone = read("a: { schedule: 1 2 * * *, run: x }", nullptr);
  CHECK(alone->jobs[0].schedule.rules() != first->jobs[0].schedule.rules());
}

TEST_CASE("config/load: schedules that are written alike are one object") {
  ZoneCache zones;
  const auto loaded = parse_config("f.yaml",
                                   "timezone: UTC\njobs:\n  a: { schedule: 1 2 * * *, run: x }\n"
                                   "  b: { schedule: { cron: 1 2 * * * }, run: x }\n"
                                   "  c: { schedule: { cron: 1 2 * * *, timezone: Asia/Tokyo }, run: x }\n"
                                   "  d: { schedule: { cron: 1 2 * * *, jitter: 5m }, run: x }\n"
                                   "  e: { schedule: H 2 * * *, run: x }\n  f: { schedule: H 2 * * *, run: x }\n",
                                   zones);
  REQUIRE(loaded.has_value());
  const auto& jobs = loaded->set->jobs;
  CHECK(jobs[0].schedule.rules() == jobs[1].schedule.rules());
  for (const std::size_t other : {2U, 3U}) CHECK(jobs[0].schedule.rules() != jobs[other].schedule.rules());
  CHECK(jobs[4].schedule.normal_form() != jobs[5].schedule.normal_form());
}
