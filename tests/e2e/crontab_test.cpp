#include <signal.h>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

bool has_job(const Installation& installation, const std::string& name) {
  return installation.belfry_json({"list"}).dump().find("\"" + name + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("e2e: `belfry import crontab` gives a file that `belfry validate` accepts, and tells the rest beside it") {
  Installation installation("# daily\n30 12 * * * /bin/cat%input\nMAILTO=bob\n@reboot /bin/true\n");
  const std::string crontab = installation.path("schedules.yaml");
  const Finished imported = installation.belfry({"import", "crontab", crontab});
  CHECK(imported.exit_code == 0);
  CHECK(imported.err.find("no mail is sent to 'bob'") != std::string::npos);
  CHECK(imported.err.find("2 jobs of a crontab of one user") != std::string::npos);
  REQUIRE(belfry::replace_file(installation.path("new.yaml"), imported.out).has_value());
  const Finished good = installation.belfry({"validate", installation.path("new.yaml")});
  CHECK(good.exit_code == 0);
  CHECK(good.out.empty());

  // For programs the file and the remarks are one object.
  const Finished told = installation.belfry({"import", "crontab", crontab, "--json"});
  const auto json = nlohmann::json::parse(told.out);
  CHECK(told.exit_code == 0);
  CHECK(told.err.empty());
  CHECK(json["jobs"] == 2);
  CHECK(json["schedules"] == imported.out);
  REQUIRE(json["problems"].size() == 1);
  CHECK(json["problems"][0]["severity"] == "warning");
  CHECK(json["problems"][0]["line"] == 3);

  // From standard input it is the same, but for its name.
  const Finished piped =
      run_program({"/bin/sh", "-c", std::string(BELFRY_PROGRAM) + " import crontab -q - < " + crontab});
  CHECK(piped.out.substr(piped.out.find('\n')) == imported.out.substr(imported.out.find('\n')));
}

TEST_CASE("e2e: `belfry import crontab` takes over what it can and ends with 78 if a line was left out") {
  Installation installation("30 2 * * * /bin/backup\n99 2 * * * /bin/wrong\n");
  const Finished part = installation.belfry({"import", "crontab", installation.path("schedules.yaml")});
  CHECK(part.exit_code == 78);
  CHECK(part.err.find("schedules.yaml:2:1") != std::string::npos);
  CHECK(part.out.find("/bin/backup") != std::string::npos);

  installation.write_schedules("# nothing\n");
  const Finished none = installation.belfry({"import", "crontab", installation.path("schedules.yaml")});
  CHECK(none.exit_code == 78);
  CHECK(none.out.empty());
  const Finished told = installation.belfry({"import", "crontab", installation.path("schedules.yaml"), "--json"});
  CHECK(told.exit_code == 78);
  CHECK(told.out == "{\"jobs\":0,\"schedules\":\"\",\"problems\":[]}\n");
}

TEST_CASE("e2e: `belfry daemon --crontab` runs a crontab as it is, and S35 saving it applies it") {
  Installation installation("GREETING=hello\n@reboot cat; echo $GREETING $UNSET%from cron\n");
  installation.speak_crontab();
  installation.start_daemon();
  const auto run = installation.wait_for_closed_run("cat");
  CHECK(run["outcome"] == "succeeded");
  CHECK(installation.belfry({"logs", "cat"}).out == "from cron\nhello\n");

  installation.write_schedules("0 4 * * * /bin/second\n");
  CHECK(eventually([&] { return has_job(installation, "second") && !has_job(installation, "cat"); }));

  installation.write_schedules("0 4 * * * /bin/third\n0 40 * * * /bin/wrong\n");  // S34
  CHECK(eventually([&] { return installation.daemon_log().find("hour 40 is above 23") != std::string::npos; }));
  CHECK(installation.daemon_log().find("schedules.yaml:2:3") != std::string::npos);
  CHECK(has_job(installation, "second"));

  installation.write_schedules("");
  CHECK(eventually([&] { return installation.daemon_log().find("the crontab has no job") != std::string::npos; }));
  CHECK(has_job(installation, "second"));

  // S34: what was accepted last runs on, from the copy.
  installation.stop_daemon(SIGTERM);
  installation.start_daemon();
  CHECK(has_job(installation, "second"));
}
