#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include <base/text.h>
#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// As text a full second sorts behind its own milliseconds.
belfry::WallTime instant(const nlohmann::json& text) { return belfry::parse_rfc3339(text.get<std::string>()).value(); }

// What `belfry why` tells of a job, in words.
std::string story(const Installation& installation, const std::string& job) {
  return installation.belfry({"why", job, "-n", "100"}).out;
}

}  // namespace

TEST_CASE("e2e: S1 `why` tells of a slot that was skipped which run was in the way, and when it ended") {
  Installation installation("jobs: {slow: {schedule: every 500ms, run: 'sleep 1.2'}}\n");
  installation.start_daemon();
  REQUIRE(eventually([&] { return holds(story(installation, "slow"), "was still running; it ended "); }));
  const auto slots = installation.belfry_json({"why", "slow", "-n", "100"});
  for (const auto& slot : slots) {
    if (slot["reason"] != "overlap") continue;
    CHECK(slot["outcome"] == "skipped");
    CHECK(slot["cause"]["job"] == "slow");
    CHECK(instant(slot["cause"]["slot"]) < instant(slot["slot"]));
  }
  CHECK(installation.belfry({"why", "nothing"}).exit_code == 3);
}

TEST_CASE("e2e: S1 `why` of a job that was never due says since when it is known, and when it is due") {
  Installation installation(
      "jobs:\n"
      "  yearly: {schedule: '0 3 1 1 *', run: 'true'}\n"
      "  asked: {schedule: manual, run: 'true'}\n"
      "  next: {schedule: {after: yearly}, run: 'true'}\n");
  installation.start_daemon();
  const Finished yearly = installation.belfry({"why", "yearly"});
  CHECK(yearly.exit_code == 0);
  CHECK(yearly.out.starts_with("yearly has not been due since the daemon first saw it, "));
  CHECK(yearly.out.find("\nNext: ") != std::string::npos);
  const Finished before = installation.belfry({"why", "yearly", "--at", "2020-01-01 03:00"});
  CHECK(before.out.starts_with("The daemon did not know yearly at that time: it saw it first on "));
  CHECK(installation.belfry({"why", "asked"}).out.find("only when somebody asks for it") != std::string::npos);
  CHECK(installation.belfry({"why", "next"}).out.find("after yearly succeeds") != std::string::npos);
}

TEST_CASE("e2e: `explain JOB` tells the times of a job's schedule, in the zone of the job") {
  Installation installation(
      "timezone: Europe/Berlin\n"
      "jobs:\n"
      "  nightly: {schedule: {cron: '30 2 * * *', timezone: America/New_York}, run: 'true'}\n"
      "  next: {schedule: {after: nightly}, run: 'true'}\n");
  const std::string file = installation.path("schedules.yaml");
  const auto explain = [&](std::vector<std::string> args) {
    args.insert(args.begin(), "explain");
    return installation.belfry(args);
  };
  const Finished nightly = explain({"nightly", "-c", file, "-n", "1", "--from", "2026-03-07"});
  CHECK(nightly.out.starts_with("At 02:30 every day, America/New_York\n  Sat 2026-03-07 02:30:00 EST   07:30 UTC"));
  CHECK(explain({"next", "-c", file}).out.starts_with("After nightly succeeds, "));
  const Finished typo = explain({"nigthly", "-c", file});
  CHECK(typo.exit_code == 3);
  CHECK(typo.err.find("did you mean 'nightly'?") != std::string::npos);
  installation.start_daemon();
  CHECK(explain({"nightly", "-n", "1"}).out.starts_with("At 02:30 every day, America/New_York\n"));
  CHECK(explain({"nigthly"}).exit_code == 78);
}

TEST_CASE("e2e: a paused job starts nothing until it is resumed, and says by whom and why") {
  Installation installation("jobs: {tick: {schedule: every 200ms, tags: [demo], run: 'true'}}\n");
  installation.start_daemon();
  installation.wait_for_closed_run("tick");
  CHECK(installation.belfry({"pause", "--tag", "demo", "--reason", "disk swap"}).out == "1 job paused\n");
  REQUIRE(eventually([&] { return holds(story(installation, "tick"), "skipped: paused by uid "); }));
  CHECK(holds(story(installation, "tick"), "disk swap"));
  CHECK(holds(installation.belfry({"list", "--paused"}).out, "paused"));
  const auto before = installation.belfry_json({"runs", "tick", "-n", "1"})[0]["id"];

  installation.stop_daemon(SIGKILL);  // a pause is durable
  installation.start_daemon();
  CHECK(installation.belfry_json({"show", "tick"})["pause"]["reason"] == "disk swap");
  CHECK(installation.belfry_json({"status"})["paused_jobs"] == 1);
  CHECK(installation.belfry_json({"runs", "tick", "-n", "1"})[0]["id"] == before);

  CHECK(installation.belfry({"resume", "tick"}).exit_code == 0);
  CHECK(eventually([&] { return installation.belfry_json({"runs", "tick", "-n", "1"})[0]["id"] != before; }));
  CHECK(installation.belfry({"pause"}).exit_code == 2);
  CHECK(installation.belfry({"pause", "--tag", "none"}).exit_code == 3);
}

TEST_CASE("e2e: S32 `cancel` comes back when the run and its children are gone") {
  Installation installation("jobs: {slow: {schedule: manual, run: 'sleep 60 & echo $!; wait'}}\n");
  installation.start_daemon();
  const auto run = installation.belfry_json({"run", "slow"});
  const std::string id = run["id"];
  REQUIRE(eventually([&] { return !installation.belfry({"logs", id}).out.empty(); }));
  const pid_t child = std::stoi(installation.belfry({"logs", id}).out);
  REQUIRE(::kill(child, 0) == 0);

  const Finished cancelled = installation.belfry({"cancel", id});
  CHECK(cancelled.exit_code == 0);
  CHECK(holds(cancelled.out, "cancelled"));
  CHECK(::kill(child, 0) != 0);
  const auto closed = installation.belfry_json({"show", id});
  CHECK(closed["outcome"] == "cancelled");
  CHECK(closed["stop_by"].get<std::string>().starts_with("uid "));
  CHECK(installation.belfry({"cancel", id}).exit_code == 5);      // it is over
  CHECK(installation.belfry({"cancel", "slow"}).exit_code == 5);  // nothing is open
}

TEST_CASE("e2e: a run is asked for at a time, tried again, and made no second time for the same key") {
  Installation installation(R"(
jobs:
  report: { schedule: "0 0 1 1 *", run: "echo for $BELFRY_SCHEDULED_TIME; test -e done" }
)");
  installation.start_daemon();
  const auto later = installation.belfry_json({"run", "report", "--in", "1h"});
  CHECK(later["state"] == "queued");
  CHECK(later["not_before"].is_string());
  CHECK(installation.belfry({"cancel", later["id"]}).exit_code == 0);

  const Finished failed = installation.belfry({"run", "report", "--for", "2026-01-02T03:04:05Z", "-f"});
  CHECK(failed.exit_code == 1);
  CHECK(failed.out == "for 2026-01-02T03:04:05Z\n");
  const Finished again = installation.belfry({"retry", "report", "-f"});
  CHECK(again.exit_code == 1);
  CHECK(again.out == "for 2026-01-02T03:04:05Z\n");  // for the same time

  CHECK(installation.belfry_json({"runs", "--failed", "--since", "1h"}).size() == 2);
  CHECK(installation.belfry_json({"runs", "--since", "2099-01-01"}).empty());
  const auto first = installation.belfry_json({"run", "report", "--in", "1h", "--key", "deploy-7"});
  const auto second = installation.belfry_json({"run", "report", "--in", "1h", "--key", "deploy-7"});
  CHECK(first["id"] == second["id"]);
}

TEST_CASE("e2e: slots are left out on request, and filled in for the past") {
  Installation installation("jobs: {tick: {schedule: every 1s, run: 'true'}}\n");
  installation.start_daemon();
  installation.wait_for_closed_run("tick");
  CHECK(installation.belfry({"skip", "tick"}).exit_code == 0);
  CHECK(eventually([&] { return holds(story(installation, "tick"), "skipped: "); }));
  const auto rehearsed = installation.belfry_json({"backfill", "tick", "--from", "70s", "--to", "60s", "--dry-run"});
  CHECK(rehearsed["count"].get<int>() >= 10);
  const auto filled = installation.belfry_json({"backfill", "tick", "--from", "65s", "--to", "60s"});
  CHECK(filled["count"].get<int>() >= 5);
  CHECK(eventually([&] {
    const auto runs = installation.belfry_json({"runs", "tick", "-n", "100"});
    const auto backfilled = std::count_if(runs.begin(), runs.end(), [](const auto& run) {
      return run["trigger"] == "backfill" && run["outcome"] == "succeeded";
    });
    return backfilled == filled["count"];
  }));
}

TEST_CASE("e2e: S30 `logs -f` shows every line once, through a restart of the daemon, to the run's end") {
  Installation installation(
      "jobs: {count: {schedule: manual, run: 'for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.4; done'}}\n");
  installation.start_daemon();
  const std::string id = installation.belfry_json({"run", "count"})["id"];
  std::thread restart([&] {
    eventually([&] { return holds(installation.belfry({"logs", id}).out, "line 3"); });
    installation.stop_daemon(SIGKILL);
    installation.start_daemon();
  });
  const Finished followed = installation.belfry({"logs", id, "-f", "-n", "1000"});
  restart.join();
  CHECK(followed.exit_code == 0);
  CHECK(followed.out == "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\n");
  const auto run = installation.wait_for_closed_run("count");
  CHECK(run["outcome"] == "succeeded");
}

TEST_CASE("e2e: S1 the doctor holds the ledger against the schedules, and finds nothing wrong") {
  Installation installation("jobs: {tick: {schedule: every 200ms, run: 'sleep 0.3'}}\n");
  installation.start_daemon();
  installation.wait_for_closed_run("tick");
  REQUIRE(eventually([&] { return holds(story(installation, "tick"), "skipped: "); }));
  const Finished told = installation.belfry({"doctor"});
  CAPTURE(told.out);
  CHECK(told.exit_code == 0);
  CHECK(holds(told.out, "of 1 job in the last seven days, each with one outcome"));
  for (const auto& finding : installation.belfry_json({"doctor"})) {
    CAPTURE(finding.dump());
    CHECK(finding["verdict"] != "bad");
    CHECK(finding["cure"].is_null() == (finding["verdict"] == "good"));
  }
  installation.stop_daemon(SIGTERM);
  CHECK(installation.belfry({"doctor"}).exit_code == 1);
}

TEST_CASE("e2e: S40 who may not talk to the daemon is told who may, and not to start another") {
  if (::geteuid() != 0) {
    MESSAGE("only root can ask as somebody else");
    return;
  }
  Installation installation("jobs: {idle: {schedule: manual, run: 'true'}}\n");
  installation.start_daemon();
  const auto as_stranger = [&](const std::string& command) {
    return run_program({"/usr/bin/setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", BELFRY_PROGRAM, command,
                        "--host", installation.socket()});
  };
  const Finished listed = as_stranger("list");
  CHECK(listed.exit_code == 6);
  CHECK_MESSAGE(holds(listed.err, "12345 may not talk to the daemon"), listed.err);
  const Finished doctor = as_stranger("doctor");
  CHECK(doctor.exit_code == 1);
  CHECK_MESSAGE(holds(doctor.out, "look as root: sudo belfry doctor"), doctor.out);
  CHECK_MESSAGE(!holds(doctor.out, "systemctl start"), doctor.out);
}

TEST_CASE("e2e: bash completes commands, options and the names of jobs") {
  Installation installation(
      "jobs: {nightly: {schedule: manual, run: 'true'}, report: {schedule: manual, run: 'true'}}\n");
  installation.start_daemon();
  const auto completed = [&](const std::string& words, int at) {
    const std::string script = "source <(" BELFRY_PROGRAM " completion bash); PATH=$(dirname " BELFRY_PROGRAM
                               "):$PATH; export BELFRY_HOST=" +
                               installation.socket() + "; COMP_WORDS=(" + words +
                               "); COMP_CWORD=" + std::to_string(at) + "; _belfry; echo \"${COMPREPLY[@]}\"";
    return run_program({"/bin/bash", "-c", script}).out;
  };
  CHECK(completed("belfry canc", 1) == "cancel\n");
  CHECK(completed("belfry run ni", 2) == "nightly\n");
  CHECK(completed("belfry run --ign", 2) == "--ignore-overlap\n");
  CHECK(completed("belfry pause nightly re", 3) == "report\n");
}

TEST_CASE("e2e: a backup of the ledger, made while it is in use, is a ledger") {
  const char* schedules = "jobs: {tick: {schedule: every 100ms, run: 'true'}}\n";
  Installation installation(schedules);
  installation.start_daemon();
  installation.wait_for_closed_run("tick");
  const std::string copy = installation.path("copy.db");
  CHECK(installation.belfry_json({"backup", copy})["bytes"].get<std::int64_t>() > 0);
  const Finished again = installation.belfry({"backup", copy});  // never over a file that is there
  CHECK(again.exit_code == 1);
  CHECK_MESSAGE(again.err.find("is there already") != std::string::npos, again.err);
  CHECK(installation.belfry({"backup", "/nowhere/b.db"}).err == "belfry: there is no directory /nowhere/\n");
  const std::string newest = installation.belfry_json({"runs", "tick", "-n", "1"})[0]["id"];
  installation.stop_daemon(SIGTERM);

  Installation other(schedules);
  std::filesystem::create_directories(other.path("state"));
  std::filesystem::copy_file(copy, other.path("state/ledger.db"));
  other.start_daemon();
  const auto runs = other.belfry_json({"runs", "tick", "-n", "1000"});
  // Those that the other daemon makes itself are all newer.
  CHECK(std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run["id"] <= newest; }));
}

TEST_CASE("e2e: S33 a daemon that is to wait goes when its jobs are done, one that is to kill stops them") {
  const auto jobs = std::string("jobs: {slow: {schedule: manual, run: 'trap \"exit 9\" TERM; sleep 2 & wait'}}\n");
  {
    Installation waits("daemon: { on_stop: wait 30s }\n" + jobs);
    waits.start_daemon();
    const std::string id = waits.belfry_json({"run", "slow"})["id"];
    REQUIRE(eventually([&] { return waits.belfry_json({"show", id})["state"] == "running"; }));
    waits.stop_daemon(SIGTERM);
    waits.start_daemon();
    CHECK(waits.belfry_json({"show", id})["outcome"] == "succeeded");
  }
  Installation kills("daemon: { on_stop: kill }\n" + jobs);
  kills.start_daemon();
  const std::string id = kills.belfry_json({"run", "slow"})["id"];
  REQUIRE(eventually([&] { return kills.belfry_json({"show", id})["state"] == "running"; }));
  kills.stop_daemon(SIGTERM);
  kills.start_daemon();
  CHECK(kills.belfry_json({"show", id})["outcome"] == "cancelled");
}
