#include <signal.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

bool has_job(const Installation& installation, const std::string& name) {
  return installation.belfry_json({"list"}).dump().find("\"" + name + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("e2e: S34 a start with a broken file runs what was accepted last, and says that it is degraded") {
  Installation installation("jobs: {first: {schedule: manual, run: 'true'}}\n");
  installation.start_daemon();
  installation.write_schedules("jobs: {second: {schedule: manual, run: 'true'}}\n");
  CHECK(eventually([&] { return has_job(installation, "second"); }));
  installation.stop_daemon(SIGKILL);

  installation.write_schedules("jobs: {third: {shedule: manual, run: 'true'}}\n");
  installation.start_daemon();
  CHECK(has_job(installation, "second"));
  CHECK(installation.daemon_log().find("degraded") != std::string::npos);
  CHECK(installation.daemon_log().find("did you mean 'schedule'?") != std::string::npos);
  CHECK(installation.belfry_json({"status"})["state"] == "degraded");
  const Finished list = installation.belfry({"list"});
  CHECK((list.out + list.err).find("degraded: the file has errors") != std::string::npos);

  installation.write_schedules("jobs: {third: {schedule: manual, run: 'true'}}\n");
  CHECK(eventually([&] { return has_job(installation, "third"); }));
}

TEST_CASE("e2e: S34 the copy is not taken for another file, nor when it is damaged") {
  Installation installation("jobs: {first: {schedule: manual, run: 'true'}}\n");
  installation.start_daemon();
  installation.stop_daemon(SIGTERM);
  auto other = installation.daemon_command();
  other[3] = installation.path("other.yaml");
  CHECK(run_program(other).exit_code == 78);

  const std::string copy = installation.path("state/accepted.conf");
  auto text = belfry::read_file(copy).value();
  text[text.size() / 2] ^= 1;
  REQUIRE(belfry::replace_file(copy, text).has_value());
  installation.write_schedules("");
  CHECK(run_program(installation.daemon_command()).exit_code == 78);
}

TEST_CASE("e2e: S34 --allow-empty takes an empty file for what it says") {
  Installation installation("");
  CHECK(run_program(installation.daemon_command()).exit_code == 78);
  const auto empty = installation.belfry({"validate", "--allow-empty", installation.path("schedules.yaml")});
  CHECK(empty.exit_code == 0);
}

TEST_CASE("e2e: S35 a file that is included is watched too, and so is a new one that a pattern finds") {
  Installation installation("include: ['d/*.yaml']\njobs: {first: {schedule: manual, run: 'true'}}\n");
  std::filesystem::create_directory(installation.path("d"));
  installation.start_daemon();
  const auto write = [&](const std::string& name, const std::string& job) {
    REQUIRE(belfry::replace_file(installation.path("d/" + name), "jobs: {" + job + ": {schedule: manual, run: x}}\n")
                .has_value());
  };
  write("1.yaml", "second");
  CHECK(eventually([&] { return has_job(installation, "second"); }));
  write("1.yaml", "third");
  CHECK(eventually([&] { return has_job(installation, "third") && !has_job(installation, "second"); }));
  CHECK(has_job(installation, "first"));
}
