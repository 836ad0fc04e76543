#include <doctest/doctest.h>

#include <base/text.h>
#include <jobs/environment.h>

namespace belfry {
namespace {

const WallTime due = parse_rfc3339("2026-11-20T01:30:00Z").value();

// Two hours west of UTC, for ever.
std::shared_ptr<const Zone> west() {
  return std::make_shared<const Zone>(
      Zone::Table{.name = "Test/West", .changes = {{.at = {}, .offset = std::chrono::hours{-2}, .abbreviation = "X"}}});
}

StartOrder order(std::vector<EnvironmentVariable> env = {}) {
  Job job{.name = JobName::parse("backup").value(), .action = Command{{"true"}}, .env = std::move(env)};
  Run run{.id = RunId::make(due, 1, 1), .job = job.name, .attempt = 2, .due = due};
  return {.id = run.attempt_id(), .job = std::make_shared<const Job>(std::move(job)), .run = run};
}

std::vector<std::string> environment(const StartOrder& order, Millis late = Millis{0}) {
  const Account account{.name = "ada", .home = "/home/ada", .groups = {}};
  const InputValues inputs(*order.job->inputs, order.run.params);
  return job_environment(
      order, {.account = account, .now = due + late, .zone = *west(), .variables = order.job->env, .inputs = inputs});
}

std::string value(const std::vector<std::string>& environment, const std::string& name) {
  std::string found = "(not set)";
  int times = 0;
  for (const std::string& variable : environment) {
    if (!variable.starts_with(name + "=")) continue;
    found = variable.substr(name.size() + 1);
    ++times;
  }
  CHECK(times <= 1);
  return found;
}

TEST_CASE("jobs/environment: S28 a job finds exactly what is documented") {
  const StartOrder plain = order();
  const std::vector<std::string> expected = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME=/home/ada",
      "USER=ada",
      "LOGNAME=ada",
      "SHELL=/bin/sh",
      "LANG=C.UTF-8",
      "BELFRY_JOB=backup",
      "BELFRY_RUN_ID=" + plain.run.id.text(),
      "BELFRY_ATTEMPT=2",
      "BELFRY_TRIGGER=schedule",
      "BELFRY_SCHEDULED_TIME=2026-11-20T01:30:00Z",
      "BELFRY_SCHEDULED_DATE=2026-11-19",  // the day of the job's zone, not of UTC
      "BELFRY_LATE_MS=0",
      "BELFRY_MISSED_COUNT=0",
  };
  CHECK(environment(plain) == expected);
}

TEST_CASE("jobs/environment: S28 the job's own variables win over the defaults, not over what Belfry tells it") {
  const auto env = environment(order({{"LANG", "de_DE.UTF-8"}, {"A", "1"}, {"A", "2"}, {"BELFRY_JOB", "other"}}));
  CHECK(value(env, "LANG") == "de_DE.UTF-8");
  CHECK(value(env, "A") == "2");
  CHECK(value(env, "BELFRY_JOB") == "backup");
}

TEST_CASE("jobs/environment: S4 the nominal time stays, and the lateness is told beside it") {
  const auto env = environment(order(), Millis{90'500});
  CHECK(value(env, "BELFRY_SCHEDULED_TIME") == "2026-11-20T01:30:00Z");
  CHECK(value(env, "BELFRY_LATE_MS") == "90500");
  CHECK(value(environment(order(), Millis{-5}), "BELFRY_LATE_MS") == "0");  // the clock was set back in between
}

TEST_CASE("jobs/environment: S18 a catch-up knows how many missed slots it stands for") {
  struct Row {
    RunTrigger trigger;
    std::int64_t stands_for;
    const char* count;
    const char* word;
  };
  for (const Row& row : {Row{RunTrigger::schedule, 1, "0", "schedule"}, Row{RunTrigger::schedule, 3, "2", "schedule"},
                         Row{RunTrigger::catch_up, 1, "1", "catch-up"}, Row{RunTrigger::catch_up, 42, "42", "catch-up"},
                         Row{RunTrigger::manual, 1, "0", "manual"}, Row{RunTrigger::api, 1, "0", "api"}}) {
    StartOrder one = order();
    one.run.trigger = row.trigger;
    one.run.stands_for = row.stands_for;
    CHECK(value(environment(one), "BELFRY_MISSED_COUNT") == row.count);
    CHECK(value(environment(one), "BELFRY_TRIGGER") == row.word);
  }
}

TEST_CASE("jobs/environment: S9 a job that comes after another knows which one, and its run") {
  StartOrder one = order();
  CHECK(value(environment(one), "BELFRY_CAUSE_JOB") == "(not set)");
  one.run.cause = RunId{.high = 1, .low = 2};
  one.run.cause_job = "dump";
  CHECK(value(environment(one), "BELFRY_CAUSE_JOB") == "dump");
  CHECK(value(environment(one), "BELFRY_CAUSE_RUN_ID") == one.run.cause->text());
}

TEST_CASE("jobs/environment: S4 the date of a run is that of the time it is for") {
  StartOrder one = order();
  one.run.slot.reset();
  one.run.nominal = one.run.due - std::chrono::days{3};
  CHECK(value(environment(one), "BELFRY_SCHEDULED_DATE") == "2026-11-16");
}

TEST_CASE("jobs/environment: S28 the last success is told where there is one") {
  StartOrder one = order();
  CHECK(value(environment(one), "BELFRY_PREVIOUS_SUCCESS_TIME") == "(not set)");
  one.previous_success = due - std::chrono::hours{24};
  CHECK(value(environment(one), "BELFRY_PREVIOUS_SUCCESS_TIME") == "2026-11-19T01:30:00Z");
}

TEST_CASE("jobs/environment: S28 a script goes to the shell as one argument, a command to nobody") {
  using Arguments = std::vector<std::string>;
  CHECK(job_arguments(Script{.text = "a 'b'"}) == Arguments{"/bin/sh", "-eu", "-c", "a 'b'"});
  CHECK(job_arguments(Script{.text = "x | y", .shell = Script::Shell::bash}) ==
        Arguments{"/bin/bash", "-eu", "-o", "pipefail", "-c", "x | y"});
  CHECK(job_arguments(Command{{"a", "b c"}}) == Arguments{"a", "b c"});
}

}  // namespace
}  // namespace belfry
