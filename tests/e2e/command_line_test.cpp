#include <doctest/doctest.h>

#include <tests/e2e/installation.h>

using namespace belfry::e2e;

TEST_CASE("e2e: `run --wait` ends with the job's own code, or says in its code what became of it") {
  Installation installation(R"(
jobs:
  good: { schedule: manual, run: "true" }
  bad: { schedule: manual, run: "exit 7" }
  killed: { schedule: manual, run: "kill -KILL $$" }
  missing: { schedule: manual, command: [/no/such/program] }
)");
  installation.start_daemon();
  CHECK(installation.belfry({"run", "good", "--wait"}).exit_code == 0);
  CHECK(installation.belfry({"run", "bad", "--wait"}).exit_code == 7);
  CHECK(installation.belfry({"run", "killed", "--wait"}).exit_code == 128 + 9);

  const Finished missing = installation.belfry({"run", "missing", "--wait"});
  CHECK(missing.exit_code == 126);
  CHECK((missing.out + missing.err).find("No such file or directory") != std::string::npos);
  const auto run = installation.wait_for_closed_run("missing");
  CHECK(run["outcome"] == "start_failed");
}

TEST_CASE("e2e: S22 a request that meets a running run is refused with 5 and names the run") {
  Installation installation(R"(
jobs:
  often: { schedule: "0 0 1 1 *", run: "sleep 30" }
)");
  installation.start_daemon();
  const auto first = installation.belfry_json({"run", "often"});
  CHECK(first["state"].is_string());
  const Finished second = installation.belfry({"run", "often"});
  CHECK(second.exit_code == 5);
  CHECK(second.err.find(first["id"].get<std::string>()) != std::string::npos);
}

TEST_CASE("e2e: every reading command has a form for people and one for programs") {
  Installation installation(R"(
timezone: Europe/Berlin
jobs:
  tick: { schedule: every 300ms, run: "echo hello", description: Says hello }
  nightly: { schedule: "30 2 * * *", run: "true", enabled: false }
)");
  installation.start_daemon();
  const auto closed = installation.wait_for_closed_run("tick");

  const auto list = installation.belfry_json({"list"});
  CHECK(list.dump().find("nightly") != std::string::npos);
  const Finished table = installation.belfry({"list"});
  for (const char* word :
       {"JOB", "SCHEDULE", "LAST RUN", "NEXT RUN", "tick", "Every 300 milliseconds", "disabled", "Europe/Berlin"}) {
    CAPTURE(std::string(word));
    CHECK((table.out + table.err).find(word) != std::string::npos);
  }
  CHECK(table.out.find('\x1b') == std::string::npos);  // no colours: not a terminal

  CHECK(installation.belfry_json({"next", "-n", "3"}).size() == 3);
  CHECK(installation.belfry({"next", "-n", "3"}).out.find("tick") != std::string::npos);
  CHECK(installation.belfry_json({"runs", "tick", "-n", "1"}).size() == 1);
  CHECK(installation.belfry({"runs"}).out.find("tick") != std::string::npos);
  CHECK(installation.belfry({"logs", closed["id"].get<std::string>()}).out == "hello\n");
  CHECK(installation.belfry_json({"version"})["version"].is_string());
  CHECK(installation.belfry({"--help"}).out.find("belfry list") != std::string::npos);
}

TEST_CASE("e2e: `list` and `next` read the file where no daemon runs") {
  Installation installation("jobs: {a: {schedule: '30 2 * * *', run: 'true'}}\n");
  const auto without_daemon = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"/usr/bin/env", "-u", "BELFRY_HOST", "XDG_RUNTIME_DIR=" + installation.path("nowhere"),
                                 "BELFRY_CONFIG=" + installation.path("schedules.yaml"), BELFRY_PROGRAM});
    return run_program(words);
  };
  const Finished list = without_daemon({"list"});
  CAPTURE(list.err);
  CHECK(list.exit_code == 0);
  CHECK(list.out.find("At 02:30 every day") != std::string::npos);
  CHECK_FALSE(list.err.empty());  // it says that it is the file's view

  const Finished run = without_daemon({"show", "01M8C0T1B1SNETQR3JR7F2FV8T"});
  CAPTURE(run.err);
  CHECK(run.exit_code == 4);
  CHECK(run.err.find("no daemon answers at ") != std::string::npos);
}
