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
