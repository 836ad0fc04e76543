#include <string>

#include <doctest/doctest.h>

#include <config/load.h>

using namespace belfry;
using namespace belfry::config;
using namespace std::chrono_literals;

namespace {

Loaded parse(std::string text) {
  static ZoneCache zones;
  return parse_config("f.yaml", std::move(text), zones);
}

// The jobs of a file; what is wrong with it, if it is not accepted.
std::vector<Job> jobs_of(const std::string& text) {
  const auto loaded = parse(text);
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  return loaded->set->jobs;
}

Job job_with(const std::string& keys) {
  return jobs_of("jobs: { a: { schedule: every 5m, run: x" + (keys.empty() ? "" : ", " + keys) + " } }").at(0);
}

Policies policies_with(const std::string& keys) { return *job_with(keys).policies; }

std::string said_about(const std::string& keys) {
  const auto loaded = parse("jobs: { a: { schedule: every 5m, run: x, " + keys + " } }");
  REQUIRE_FALSE(loaded.has_value());
  std::string said;
  for (const Problem& problem : loaded.error()) said += problem.what + "\n";
  return said;
}

}  // namespace

TEST_CASE("config/policies: S18 S21 every key of a job's policies is read into its member") {
  struct Row {
    const char* keys;
    Policies expected;
  };
  using Missed = MissedPolicy::Action;
  using Overlap = OverlapPolicy::Action;
  const std::vector<Row> rows{
      {"", {}},
      {"missed: skip", {.missed = {.action = Missed::skip}}},
      {"missed: latest", {.missed = {.action = Missed::latest}}},
      {"missed: { policy: all, within: 7d, max: 10 }", {.missed = {.action = Missed::all, .within = 168h, .max = 10}}},
      {"overlap: skip", {.overlap = {.action = Overlap::skip}}},
      {"overlap: replace", {.overlap = {.action = Overlap::replace}}},
      {"overlap: { policy: queue, max_waiting: 7 }", {.overlap = {.action = Overlap::queue, .max_waiting = 7}}},
      {"overlap: { policy: allow, max_running: 3 }", {.overlap = {.action = Overlap::allow, .max_running = 3}}},
      {"retry: { max: 3 }", {.retry = RetryPolicy{.max = 3}}},
      {"retry: { max: 3, delay: 5s, backoff: 1.5, max_delay: 1m, jitter: none }",
       {.retry =
            RetryPolicy{
                .max = 3, .delay = 5s, .backoff = 1.5, .max_delay = 1min, .jitter = RetryPolicy::Jitter::none}}},
      {"retry: { max: 2, delays: [1s, 1m] }", {.retry = RetryPolicy{.max = 2, .delays = {1s, 1min}}}},
      {"retry: { max: 1, exit_codes: [3, 100-110], not_exit_codes: [105] }",
       {.retry = RetryPolicy{.max = 1, .exit_codes = {{3, 3}, {100, 110}}, .not_exit_codes = {{105, 105}}}}},
      {"retry: { max: 1, on: [exit, lost], within: 1h, hold: true }",
       {.retry = RetryPolicy{.max = 1,
                             .on = {.exit = true, .signal = false, .timeout = false, .start = false, .lost = true},
                             .within = 1h,
                             .while_waiting = RetryPolicy::WhileWaiting::hold}}},
      {"on_lost: rerun", {.on_lost = OnLost::rerun}},
      {"timeout: 3h", {.timeout = 3h}},
      {"deadline: 4h", {.deadline = 4h}},
      {"success_exit_codes: [3, 100-110]", {.success_exit_codes = {{3, 3}, {100, 110}}}},
      {"queue: default", {.queue = "default"}},
      {"priority: -5", {.priority = -5}},
      {"max_runs: 3", {.max_runs = 3}},
      {"pause_after_failures: 4", {.pause_after_failures = 4}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.keys);
    CHECK(policies_with(row.keys) == row.expected);
  }
}

TEST_CASE("config/policies: S21 a job that only people start allows overlap, unless somebody says otherwise") {
  const auto jobs = jobs_of(R"(
jobs:
  by-hand: { schedule: manual, run: x }
  strict: { schedule: manual, run: x, overlap: skip }
  timed: { schedule: every 5m, run: x }
  follower: { schedule: { after: timed }, run: x }
)");
  using Action = OverlapPolicy::Action;
  CHECK(jobs[0].policies->overlap.action == Action::allow);
  CHECK(jobs[1].policies->overlap.action == Action::skip);
  CHECK(jobs[2].policies->overlap.action == Action::skip);
  CHECK(jobs[3].policies->overlap.action == Action::skip);
}

TEST_CASE("config/policies: what 'defaults' says is inherited key by key, and a job's own key wins") {
  const auto jobs = jobs_of(R"(
defaults:
  timeout: 1h
  missed: { policy: all, within: 2h, max: 5 }
  retry: { max: 3, delays: [1s, 1m] }
  overlap: queue
  env: { LANG: C, MODE: quick }
  tags: [ours]
  shell: bash
  working_dir: /srv
  pause_after_failures: 9
  enabled: false
jobs:
  heir: { schedule: every 5m, run: x }
  own:
    schedule: manual
    command: [x]
    timeout: none
    missed: { within: 3h }
    retry: { max: 1, delay: 2s }
    overlap: { max_waiting: 4 }
    env: { MODE: slow, EXTRA: yes }
    tags: [mine]
    working_dir: /tmp
    pause_after_failures: none
    enabled: true
  once: { schedule: every 5m, run: x, retry: none }
)");
  const Policies& heir = *jobs[0].policies;
  CHECK(heir.timeout == 1h);
  CHECK(heir.missed == MissedPolicy{.action = MissedPolicy::Action::all, .within = 2h, .max = 5});
  CHECK(heir.retry == RetryPolicy{.max = 3, .delays = {1s, 1min}});
  CHECK(heir.overlap.action == OverlapPolicy::Action::queue);
  CHECK(heir.pause_after_failures == 9U);
  CHECK(jobs[0].tags == std::vector<std::string>{"ours"});
  CHECK(std::get<Script>(jobs[0].action).shell == Script::Shell::bash);
  CHECK(*jobs[0].working_dir == "/srv");
  CHECK_FALSE(jobs[0].enabled);

  const Policies& own = *jobs[1].policies;
  CHECK_FALSE(own.timeout.has_value());
  CHECK(own.missed == MissedPolicy{.action = MissedPolicy::Action::all, .within = 3h, .max = 5});
  CHECK(own.retry == RetryPolicy{.max = 1, .delay = 2s});  // a pause of its own, in place of the list
  CHECK(own.overlap == OverlapPolicy{.action = OverlapPolicy::Action::queue, .max_waiting = 4});
  CHECK_FALSE(own.pause_after_failures.has_value());
  CHECK(jobs[1].tags == std::vector<std::string>{"mine"});
  CHECK(jobs[1].env == std::vector<EnvironmentVariable>{{"LANG", "C"}, {"MODE", "slow"}, {"EXTRA", "yes"}});
  CHECK(jobs[1].enabled);
  CHECK_FALSE(jobs[2].policies->retry.has_value());
}

TEST_CASE("config/policies: equal policies are one object") {
  const auto jobs = jobs_of(R"(
queues: { slow: { concurrency: 1 } }
jobs:
  a: { schedule: every 5m, run: x, timeout: 1h, queue: slow }
  b: { schedule: every 9m, run: y, queue: slow, timeout: 60m }
  c: { schedule: every 9m, run: y, timeout: 60m }
  d: { schedule: every 9m, run: y }
)");
  CHECK(jobs[0].policies == jobs[1].policies);
  CHECK(jobs[0].policies != jobs[2].policies);
  CHECK(jobs[3].policies == default_policies());
}

TEST_CASE("config/policies: queues and the bounds of the daemon are handed out") {
  const auto loaded = parse(R"(
daemon: { max_running: 5, start_rate: 20, catch_up_spacing: 1s, on_stop: wait 90s, keep: { runs: 7, output: 2GiB } }
queues:
  default: { concurrency: 8 }
  database: { concurrency: 1, max_waiting: 5, start_rate: 2 }
  wide: { concurrency: none }
jobs: { a: { schedule: manual, run: x, queue: database } }
)");
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  const std::vector<QueueDefinition> expected{
      {.name = "default", .concurrency = 8, .start_rate = {}},
      {.name = "database", .concurrency = 1, .max_waiting = 5, .start_rate = 2},
      {.name = "wide", .concurrency = {}, .start_rate = {}},
  };
  CHECK(loaded->set->queues == expected);
  CHECK(loaded->set->jobs[0].policies->queue.str() == "database");
  CHECK(loaded->daemon == DaemonSettings{.limits = {.max_running = 5, .start_rate = 20, .catch_up_spacing = 1s},
                                         .on_stop = {.what = OnStop::wait, .wait = 90s},
                                         .keep = {.runs = 7, .output_bytes = std::int64_t{2} << 30U}});
  CHECK(parse("daemon: { max_running: none, on_stop: kill }\njobs: { a: { schedule: manual, run: x } }")->daemon ==
        DaemonSettings{.limits = {.max_running = {}, .start_rate = {}}, .on_stop = {.what = OnStop::kill}, .keep = {}});
  CHECK(
      parse("daemon: { keep: { for: 2w, all_runs: 5000 } }\njobs: { a: { schedule: manual, run: x } }")->daemon.keep ==
      Keep{.all_runs = 5000, .age = 24h * 14});
}

TEST_CASE("config/policies: S36 numbers are whole, in decimal digits, and within their range") {
  const std::string expected = "'priority' must be a whole number from -1000 to 1000, not ";
  for (const char* bad : {"1001", "-1001", "1.5", "1e3", "0x10", "010", "1_000", "ten", "99999999999999999999"}) {
    CAPTURE(bad);
    CHECK(said_about(std::string("priority: ") + bad) == expected + "'" + bad + "'\n");
  }
  CHECK(policies_with("priority: 1000").priority == 1000);
  CHECK(policies_with("priority: -1000").priority == -1000);
  CHECK(policies_with("retry: { max: 1, backoff: 100 }").retry->backoff == 100.0);
  CHECK(said_about("retry: { max: 1, backoff: 100.5 }") ==
        "'backoff' must be a number such as 2 or 1.5 from 1 to 100, not '100.5'\n");
  CHECK(said_about("timeout: 0s") == "'timeout' must be at least 1ms, not '0s'\n");
}

TEST_CASE("config/schedules: S8 S9 triggers that no instant answers for reach the job") {
  const auto jobs = jobs_of(R"(
jobs:
  a: { schedule: { every: 5m, measured_from: finish }, run: x }
  b: { schedule: { every: 100ms, measured_from: start }, run: x }
  c: { schedule: { on_startup: 10s }, run: x }
  d: { schedule: "@reboot", run: x }
  e: { schedule: { after: a }, run: x }
  f: { schedule: { after: [a, e], when: failure, delay: 5m }, run: x }
  g: { schedule: [every 1h, { after: a, when: always }, { on_startup: 0s }], run: x }
  h: { schedule: { cron: "@reboot" }, run: x }
)");
  using From = MeasuredInterval::From;
  using When = AfterTrigger::When;
  for (std::size_t i = 0; i < 6; ++i) CHECK(jobs[i].schedule.is_manual());
  CHECK(jobs[0].measured == MeasuredInterval{.period = 5min, .from = From::finish});
  CHECK(jobs[0].schedule_text == "every 5m after it finishes");
  CHECK(jobs[1].measured == MeasuredInterval{.period = 100ms, .from = From::start});
  CHECK(jobs[1].schedule_text == "every 100ms after it starts");
  CHECK(jobs[2].startup == StartupTrigger{.when = StartupTrigger::When::each_start, .delay = 10s});
  CHECK(jobs[2].schedule_text == "10s after the daemon's start");
  CHECK(jobs[3].startup == StartupTrigger{.when = StartupTrigger::When::each_boot});
  CHECK(jobs[3].schedule_text == "@reboot");
  CHECK(jobs[4].after == AfterTrigger{.jobs = {*JobName::parse("a")}, .when = When::success});
  CHECK(jobs[4].schedule_text == "after a");
  CHECK(jobs[5].after ==
        AfterTrigger{.jobs = {*JobName::parse("a"), *JobName::parse("e")}, .when = When::failure, .delay = 5min});
  CHECK(jobs[5].schedule_text == "5m after a, e (failure)");
  CHECK_FALSE(jobs[6].schedule.is_manual());
  CHECK(jobs[6].after->when == When::always);
  CHECK(jobs[6].startup->delay == 0s);
  CHECK_FALSE(jobs[6].measured.has_value());
  CHECK(jobs[6].schedule_text == "every 1h · after a (always) · 0s after the daemon's start");
  CHECK(jobs[7].startup == jobs[3].startup);
}

TEST_CASE("config/references: S36 a circle of jobs that wait for each other is refused, however long it is") {
  std::string text = "jobs:\n";
  constexpr int count = 20'000;
  for (int i = 0; i < count; ++i) {
    text += "  j" + std::to_string(i) + ": { run: x, schedule: { after: j" + std::to_string((i + 1) % count) + " } }\n";
  }
  const auto circle = parse(text);
  REQUIRE_FALSE(circle.has_value());
  REQUIRE(circle.error().size() == 1);
  CHECK(circle.error()[0].what == "jobs wait for each other in a circle");
  text.replace(text.rfind("{ after: j0 }"), 13, "every 1h");
  CHECK(parse(text).has_value());
}

TEST_CASE("config/references: S35 a job says which name it had before") {
  CHECK(job_with("was: b").was == *JobName::parse("b"));
  CHECK_FALSE(job_with("").was.has_value());
}
