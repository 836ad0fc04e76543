#include <doctest/doctest.h>

#include <api/metrics.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

Run ended(RunOutcome outcome, Millis took) {
  Run run = make_run("backup", 1);
  run.slot = Slot{.at = run.due};
  run.started = run.due + 500ms;
  run.finished = *run.started + took;
  run.outcome = outcome;
  return run;
}

}  // namespace

TEST_CASE("api/metrics: runs and slots are counted by job and outcome") {
  FakeBackend backend;
  backend.add_job("backup");
  Metrics metrics;
  metrics.count(RunClosedNotice{ended(RunOutcome::succeeded, 2s)});
  metrics.count(RunClosedNotice{ended(RunOutcome::failed, 1s)});
  metrics.count(RunClosedNotice{ended(RunOutcome::failed, 1s)});
  metrics.count(SlotsDecidedNotice{
      {.job = job_name("backup"),
       .slots = {.first = at("2026-11-20T08:00:00Z"), .last = at("2026-11-20T09:00:00Z"), .count = 61},
       .outcome = SlotOutcome::missed,
       .reason = Reason::down}});
  const std::string text = metrics.text(standing_of(backend.view(), backend.status()));
  for (const char* line :
       {"belfry_runs_total{job=\"backup\",outcome=\"succeeded\"} 1\n",
        "belfry_runs_total{job=\"backup\",outcome=\"failed\"} 2\n",
        "belfry_slots_total{job=\"backup\",outcome=\"ran\"} 3\n",
        "belfry_slots_total{job=\"backup\",outcome=\"missed\"} 61\n",
        "belfry_run_duration_seconds_sum{job=\"backup\"} 4\n", "belfry_run_duration_seconds_count{job=\"backup\"} 3\n",
        "belfry_start_delay_seconds_sum{job=\"backup\"} 1.5\n", "belfry_job_consecutive_failures{job=\"backup\"} 2\n",
        "belfry_job_last_success_timestamp_seconds{job=\"backup\"} 1795161602.5\n", "belfry_ledger_available 1\n",
        "tzdata=\"2026b\"} 1\n"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}

TEST_CASE("api/metrics: each metric has its help and its type, once, before its values") {
  FakeBackend backend;
  const std::string text = Metrics().text(standing_of(backend.view(), backend.status()));
  std::string last_type;
  for (const std::string_view line : split(text, '\n')) {
    CAPTURE(std::string(line));
    if (line.starts_with("# TYPE ")) {
      last_type = std::string(split(line, ' ')[2]);
      CHECK(text.find("# HELP " + last_type + " ") == text.rfind("# HELP " + last_type + " "));
    } else if (!line.empty() && !line.starts_with("#")) {
      CHECK(line.starts_with(last_type));
    }
  }
}
