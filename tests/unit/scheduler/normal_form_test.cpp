#include <doctest/doctest.h>

#include <scheduler/normal_form.h>
#include <triggers/parse.h>

using namespace belfry;

namespace {

Job job_due(const Schedule& schedule) {
  return {.name = *JobName::parse("a"), .schedule = schedule, .action = Script{"true"}};
}

}  // namespace

TEST_CASE("scheduler/normal_form: S19 everything that says when a job is due stands in it") {
  const Schedule cron = parse_schedule("30 2 * * *", {}).value();
  const MeasuredInterval measured{.period = std::chrono::minutes{5}, .from = MeasuredInterval::From::finish};
  const AfterTrigger after{.jobs = {*JobName::parse("b"), *JobName::parse("c")}, .when = AfterTrigger::When::failure};

  Job job = job_due(Schedule());
  CHECK(triggers_normal_form(job) == "manual");
  job.startup = StartupTrigger{};
  CHECK(triggers_normal_form(job) == "manual on startup");
  job = job_due(Schedule());
  job.measured = measured;
  CHECK(triggers_normal_form(job) == "every 5m from its finish");
  job = job_due(Schedule());
  job.after = after;
  CHECK(triggers_normal_form(job) == "after b c failure delay 0s");
  job = job_due(cron);
  CHECK(triggers_normal_form(job) == "30 2 * * * UTC");
  job.measured = measured;
  job.after = after;
  job.startup = StartupTrigger{};
  CHECK(triggers_normal_form(job) ==
        "30 2 * * * UTC + every 5m from its finish + after b c failure delay 0s on startup");
}

TEST_CASE("scheduler/normal_form: S19 the part that speaks of instants comes back as the schedule gave it") {
  const struct {
    std::string_view triggers, schedule;
  } rows[] = {
      {"manual", "manual"},
      {"manual on startup", "manual"},
      {"every 5m", "every 5m"},
      {"every 5m from its start", "manual"},
      {"every 5m from its finish on startup", "manual"},
      {"after on startup success delay 0s", "manual"},  // jobs called `on` and `startup`
      {"0 2 * * * UTC + every 1h on startup", "0 2 * * * UTC + every 1h"},
      {"0 2 * * * UTC + every 1h + every 5m from its finish + after b failure delay 0s", "0 2 * * * UTC + every 1h"},
  };
  for (const auto& row : rows) CHECK(schedule_form(row.triggers) == row.schedule);
}
