#include <signal.h>

#include <doctest/doctest.h>

#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

bool has_job(const Installation& installation, const std::string& name) {
  return installation.belfry_json({"list"}).dump().find("\"" + name + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("e2e: S35 saving the file applies it; S34 a file with an error leaves everything as it was") {
  Installation installation("jobs: {first: {schedule: every 200ms, run: 'true'}}\n");
  installation.start_daemon();
  installation.wait_for_closed_run("first");

  installation.write_schedules(
      "jobs: {first: {schedule: every 200ms, run: 'true'}, second: {schedule: manual, run: 'true'}}\n");
  CHECK(eventually([&] { return has_job(installation, "second"); }));

  installation.write_schedules("jobs: {first: {schedule: every 200ms, runn: 'true'}}\n");
  CHECK(eventually([&] { return installation.daemon_log().find("did you mean 'run'?") != std::string::npos; }));
  CHECK(has_job(installation, "second"));

  const auto before = installation.belfry_json({"runs", "first", "-n", "1000"}).size();
  CHECK(eventually([&] { return installation.belfry_json({"runs", "first", "-n", "1000"}).size() > before + 2; }));
}

TEST_CASE("e2e: S35 an empty file never deletes the jobs") {
  Installation installation("jobs: {keep: {schedule: manual, run: 'true'}}\n");
  installation.start_daemon();
  installation.write_schedules("");
  CHECK(eventually([&] { return installation.daemon_log().find("errors") != std::string::npos; }));
  CHECK(has_job(installation, "keep"));
}

TEST_CASE("e2e: S35 `belfry reload` shows what it changes, `--dry-run` changes nothing, a bad file ends with 78") {
  const std::string head = "timezone: UTC\njobs:\n  first: { schedule: 0 2 * * *, run: 'true' }\n";
  Installation installation(head);
  installation.start_daemon();
  // Saving alone applies the file after 200 ms: a command that came too late for one change may meet the next.
  int written = 0;
  const auto meets_a_new_job = [&](const std::vector<std::string>& command, const std::string& says) {
    const std::string job = "new" + std::to_string(++written);
    installation.write_schedules(head + "  " + job + ": { schedule: every 1h, run: 'true' }\n");
    const Finished told = installation.belfry(command);
    CHECK(told.exit_code == 0);
    return told.out.find(says) != std::string::npos && told.out.find("  + " + job) != std::string::npos;
  };
  CHECK(eventually([&] { return meets_a_new_job({"reload", "--dry-run"}, "It would change "); }));
  CHECK(eventually([&] { return meets_a_new_job({"reload"}, "It changed "); }));
  CHECK(has_job(installation, "new" + std::to_string(written)));

  installation.write_schedules("jobs: {}\n");
  for (const auto& command : {std::vector<std::string>{"reload"}, {"reload", "--dry-run"}}) {
    const Finished refused = installation.belfry(command);
    CHECK(refused.exit_code == 78);
    CHECK(refused.err.find("schedules.yaml:1:7") != std::string::npos);
  }
  CHECK(has_job(installation, "new" + std::to_string(written)));
}
