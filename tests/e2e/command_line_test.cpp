#include <chrono>
#include <string>
#include <vector>

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

TEST_CASE("e2e: what was typed wrong ends in 2, before anything is done, and the words say what to write") {
  Installation installation("jobs: {nightly: {schedule: '30 2 * * *', run: 'true'}}\n");
  installation.start_daemon();
  struct Row {
    std::vector<std::string> typed;
    const char* says;
  };
  for (const Row& row : {
           Row{{"pause", "nightly", "--until", "25:00"}, "'25:00' is no time; write 22:00, "},
           Row{{"runs", "--since", "yesterday"}, "'yesterday' is neither a time nor a span; write 2h, "},
           Row{{"next", "--until", "soon"}, "'soon' is neither a time nor a span"},
           Row{{"backfill", "nightly", "--from", "2026-11-03", "--to", "2026-11-01"},
               "--to 2026-11-01 lies before --from 2026-11-03"},
           Row{{"tokn", "list"}, "there is no command 'tokn'"},
           Row{{"run", "nightly", "now"}, "'now' is a word too many for 'belfry run'"},
           Row{{"import"}, "'belfry import' needs one word more: crontab or systemd"},
       }) {
    const Finished finished = installation.belfry(row.typed);
    CAPTURE(finished.err);
    CHECK(finished.exit_code == 2);
    CHECK(finished.out.empty());
    CHECK(finished.err.find(row.says) != std::string::npos);
    CHECK(finished.err.find("\nTry: belfry help") != std::string::npos);
  }
  CHECK(installation.belfry_json({"show", "nightly"})["pause"].is_null());
}

TEST_CASE("e2e: `next --until` takes a time as people type it, of the daemon and of a file") {
  Installation installation("timezone: Asia/Seoul\njobs: {hourly: {schedule: '@hourly', run: 'true'}}\n");
  const std::string file = installation.path("schedules.yaml");
  // Whoever asks and whoever answers look at the clock one after the other: not both in one hour, now and then.
  const auto within_an_hour = [&](const std::vector<std::string>& command) {
    for (;;) {
      const auto hour = [] { return std::chrono::floor<std::chrono::hours>(std::chrono::system_clock::now()); };
      const auto before = hour();
      auto slots = installation.belfry_json(command);
      if (hour() == before) return slots;
    }
  };
  CHECK(within_an_hour({"next", "-c", file, "--until", "3h"}).size() == 3);
  installation.start_daemon();
  CHECK(within_an_hour({"next", "--until", "3h", "-n", "100"}).size() == 3);
  const auto until_midnight = within_an_hour({"next", "--until", "0:00", "-n", "100"});
  REQUIRE_FALSE(until_midnight.empty());
  CHECK(until_midnight.back()["due"].get<std::string>().find("T15:00:00Z") != std::string::npos);  // midnight in Seoul
}

TEST_CASE("e2e: `list` counts what runs apart from what waits, and says so when it finds nothing") {
  Installation installation(
      "queues: {one: {concurrency: 1}}\n"
      "jobs:\n"
      "  a: {schedule: manual, queue: one, run: sleep 30}\n"
      "  b: {schedule: manual, queue: one, run: sleep 30}\n");
  installation.start_daemon();
  CHECK(installation.belfry({"run", "a"}).exit_code == 0);
  CHECK(installation.belfry({"run", "b"}).exit_code == 0);
  const std::string told = installation.belfry({"list"}).out;
  CHECK_MESSAGE(told.find("2 jobs, 1 running, 1 waiting, 0 failing.") != std::string::npos, told);
  CHECK(installation.belfry({"list", "nothing"}).out == "There is no such job.  All of them: belfry list\n");
}

TEST_CASE("e2e: a file is named by -c everywhere, and a daemon tells where it lies to whoever stands elsewhere") {
  Installation installation("jobs: {nightly: {schedule: '30 2 * * *', run: 'true'}}\n");
  CHECK(installation.belfry({"validate", "-c", installation.path("schedules.yaml")}).exit_code == 0);
  CHECK(installation.belfry({"validate", "-c", installation.path("nothing.yaml")}).exit_code == 78);
  const std::string named_from_there =
      "cd '" + installation.path("") +
      "' && program=$1 && shift 4 && exec \"$program\" daemon -c schedules.yaml \"$@\"";
  installation.start_daemon({"/bin/sh", "-c", named_from_there, "sh"});
  CHECK(installation.belfry_json({"status"})["config"]["path"] == installation.path("schedules.yaml"));
  CHECK(installation.belfry({"explain", "nightly", "-n", "1"}).out.starts_with("At 02:30 every day"));
}
