// Callables, progress, results and `belfry exec`, as somebody at a terminal meets them.
#include <signal.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>
#include <tests/e2e/installation.h>

using namespace belfry;
using namespace belfry::e2e;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("e2e: a callable is scheduled, logged and shown as any job") {
  Installation installation("jobs: { hello: { schedule: every 1s, call: log, with: { message: hello } } }\n");
  installation.start_daemon();
  const auto run = installation.wait_for_closed_run("hello");
  CHECK(run["outcome"] == "succeeded");
  CHECK(run["trigger"] == "schedule");
  CHECK(installation.belfry({"logs", run["id"]}).out == "hello\n");
  CHECK(has(installation.belfry({"show", "hello"}).out, "call log, message: hello"));
}

TEST_CASE("e2e: history.prune makes the daemon's own ledger forget") {
  Installation installation(
      "jobs:\n  hello: { schedule: manual, call: log, with: { message: hello } }\n"
      "  forget: { schedule: manual, call: history.prune, with: { keep: 1 } }\n");
  installation.start_daemon();
  for (int i = 0; i < 3; ++i) REQUIRE(installation.belfry({"run", "hello", "--wait"}).exit_code == 0);
  const auto run = installation.belfry_json({"run", "forget", "--wait"});
  CHECK(run["outcome"] == "succeeded");
  CHECK(run["result"] == "{\"runs\":2,\"outputs\":0}");
  CHECK(installation.belfry_json({"runs", "hello"}).size() == 1);
}

TEST_CASE("e2e: S36 what is wrong with a callable is said before anything runs") {
  Installation installation("jobs: { probe: { schedule: manual, call: http.request, with: { url: example.com } } }\n");
  const Finished finished = run_program({BELFRY_PROGRAM, "validate", installation.path("schedules.yaml")});
  CHECK(finished.exit_code == 78);
  CHECK(has(finished.out, ":1:69  error  'url' must be an address with http:// or https://"));
}

TEST_CASE("e2e: S31 progress and result of a job are kept, shown and told, also those of the next attempt") {
  Installation installation(R"yaml(
jobs:
  import:
    schedule: manual
    retry: { max: 1, delay: 100ms }
    run: |
      if [ -e "$BELFRY_CHECKPOINT" ]; then
        "$BELFRY" progress 90 "again, from $(cat "$BELFRY_CHECKPOINT")"
        while [ ! -e "$RELEASE" ]; do sleep 0.05; done
        echo '{"rows":200}' > "$BELFRY_RESULT"
      else
        echo "::progress 40 row 100"
        echo "row 100" > "$BELFRY_CHECKPOINT"
        exit 1
      fi
    env: { BELFRY: "%BELFRY%", RELEASE: "%RELEASE%" }
)yaml");
  std::string text = read_file(installation.path("schedules.yaml")).value();
  text.replace(text.find("%RELEASE%"), 9, installation.path("release"));
  text.replace(text.find("%BELFRY%"), 8, BELFRY_PROGRAM);
  installation.write_schedules(text);
  installation.start_daemon();
  const std::string id = installation.belfry_json({"run", "import"})["id"];
  const auto now = [&] { return installation.belfry_json({"show", id}); };
  REQUIRE(eventually([&] { return now()["progress"].is_object() && now()["progress"]["percent"] == 90; }));
  CHECK(now()["progress"]["message"] == "again, from row 100");
  CHECK(has(installation.belfry({"show", id}).out, "90% again, from row 100"));
  CHECK(has(installation.belfry({"show", "import"}).out, "90%"));

  installation.stop_daemon(SIGKILL);
  installation.start_daemon();
  CHECK(now()["progress"]["percent"] == 90);
  REQUIRE(replace_file(installation.path("release"), ""));
  const auto run = installation.wait_for_closed_run("import");
  CHECK(run["attempt"] == 2);
  CHECK(run["outcome"] == "succeeded");
  CHECK(run["result"] == "{\"rows\":200}\n");
  CHECK(run["progress"]["percent"] == 90);
  CHECK(has(installation.belfry({"show", id}).out, "{\"rows\":200}"));
}

TEST_CASE(
    "e2e: S3 F01 kill -9 of the daemon: a callable that executed is lost and says so, or is run again where asked") {
  Installation installation(R"(
jobs:
  probe: { schedule: manual, call: http.request, with: { url: "http://%ADDRESS%/", limit: 1h } }
  again: { schedule: manual, on_lost: rerun, call: http.request, with: { url: "http://%ADDRESS%/", limit: 1h } }
)");
  // A server that never answers.
  const std::string silent =
      "import socket, sys, time\ns = socket.create_server(('127.0.0.1', 0))\n"
      "open(sys.argv[1] + '.new', 'w').write('127.0.0.1:%d' % s.getsockname()[1])\n"
      "import os; os.rename(sys.argv[1] + '.new', sys.argv[1])\nkept = []\nwhile True: kept.append(s.accept())\n";
  REQUIRE(replace_file(installation.path("silent.py"), silent));
  REQUIRE(run_program({"/bin/sh", "-c",
                       "python3 " + installation.path("silent.py") + " " + installation.path("address") +
                           " >/dev/null 2>&1 & echo $! > " + installation.path("silent.pid")})
              .exit_code == 0);
  REQUIRE(eventually([&] { return std::filesystem::exists(installation.path("address")); }));
  std::string text = read_file(installation.path("schedules.yaml")).value();
  const std::string address = read_file(installation.path("address")).value();
  for (std::size_t at = text.find("%ADDRESS%"); at != std::string::npos; at = text.find("%ADDRESS%")) {
    text.replace(at, 9, address);
  }
  installation.write_schedules(text);
  installation.start_daemon();
  const std::string probe = installation.belfry_json({"run", "probe"})["id"];
  const std::string again = installation.belfry_json({"run", "again"})["id"];
  const auto is_running = [&](const std::string& id) {
    return installation.belfry_json({"show", id})["state"] == "running";
  };
  REQUIRE(eventually([&] { return is_running(probe) && is_running(again); }));

  installation.stop_daemon(SIGKILL);
  installation.start_daemon();
  const auto lost = installation.wait_for_closed_run("probe");
  CHECK(lost["id"] == probe);
  CHECK(lost["outcome"] == "lost");
  CHECK(lost["reason"] == "daemon died");
  REQUIRE(eventually([&] { return installation.belfry_json({"show", again})["attempt"] == 2 && is_running(again); }));

  // It is cancelled at once, and a daemon that goes takes it along.
  CHECK(installation.belfry({"cancel", again}).exit_code == 0);
  CHECK(installation.belfry_json({"show", again})["outcome"] == "cancelled");
  const std::string last = installation.belfry_json({"run", "probe"})["id"];
  REQUIRE(eventually([&] { return is_running(last); }));
  installation.stop_daemon(SIGTERM);
  installation.start_daemon();
  const auto taken_along = installation.wait_for_closed_run("probe");
  CHECK(taken_along["id"] == last);
  CHECK(taken_along["outcome"] == "cancelled");
  CHECK(taken_along["reason"] == "shutdown");
  run_program({"/bin/sh", "-c", "kill $(cat " + installation.path("silent.pid") + ")"});
}

TEST_CASE("e2e: belfry exec runs a job here, without a daemon: its words, its environment, its exit code") {
  Installation installation(R"yaml(
jobs:
  talk:
    schedule: manual
    working_dir: /
    env: { WHAT: env }
    run: |
      echo "out $WHAT $BELFRY_JOB $BELFRY_ATTEMPT $(pwd)"
      echo "err ${HOST_ONLY-unset}" >&2
      echo done > "$BELFRY_RESULT"
      exit 7
  slow: { schedule: manual, timeout: 200ms, stop_grace_period: 100ms, run: "trap '' TERM; sleep 60" }
  missing: { schedule: manual, command: [/no/such/program] }
  careful: { schedule: manual, only_if: "exit 1", run: echo never }
  tolerant: { schedule: manual, success_exit_codes: [3], run: exit 3 }
  hello: { schedule: manual, call: log, with: { message: hello } }
  bad: { schedule: manual, call: file.prune, with: { dirs: /no/such, glob: "*", keep: 1 } }
  dated: { schedule: manual, params: { day: { type: date, required: true } }, command: [echo, "${param:day}"] }
)yaml");
  const std::string file = installation.path("schedules.yaml");
  const auto exec = [&](const std::string& job) { return run_program({BELFRY_PROGRAM, "exec", job, "-c", file}); };
  ::setenv("HOST_ONLY", "seen", 1);
  const Finished talk = exec("talk");
  CHECK(talk.exit_code == 7);
  CHECK(talk.out == "out env talk 1 /\n");
  CHECK(has(talk.err, "err unset\n"));
  CHECK(has(talk.err, "result: done"));
  CHECK(exec("slow").exit_code == 124);
  const Finished missing = exec("missing");
  CHECK(missing.exit_code == 126);
  CHECK(has(missing.err, "exec /no/such/program: No such file or directory"));
  const Finished careful = exec("careful");
  CHECK(careful.exit_code == 5);
  CHECK(careful.out == "");
  CHECK(exec("tolerant").exit_code == 0);
  const Finished hello = exec("hello");
  CHECK(hello.exit_code == 0);
  CHECK(hello.out == "hello\n");
  const Finished bad = exec("bad");
  CHECK(bad.exit_code == 1);
  CHECK(has(bad.err, "open /no/such: No such file or directory"));
  const Finished dated = exec("dated");
  CHECK(dated.exit_code == 2);  // as `belfry run` says it
  CHECK(has(dated.err, "parameter 'day' is missing"));
  CHECK(has(dated.err, "Try: belfry exec -c " + file + " dated -p day="));
  CHECK(exec("tlak").exit_code == 3);
  CHECK(has(exec("tlak").err, "did you mean 'talk'?"));
}

TEST_CASE("e2e: S28 under belfry exec a job has the environment and the exit code that it has under the daemon") {
  Installation installation(R"yaml(
defaults: { env: { FROM: defaults } }
jobs:
  tell:
    schedule: manual
    params: { day: { type: date, default: 2026-11-26 } }
    env: { OF: job }
    umask: "0027"
    run: 'env | sort; echo "umask $(umask), in $(pwd), reads $(wc -c)"'
  three: { schedule: manual, run: exit 3 }
  killed: { schedule: manual, run: 'kill -9 $$' }
  slow: { schedule: manual, timeout: 100ms, stop_grace_period: 0s, run: sleep 60 }
  missing: { schedule: manual, command: [/no/such/program] }
  careful: { schedule: manual, only_if: "exit 1", run: echo never }
  silent: { schedule: manual, call: file.prune, with: { dirs: /no/such, glob: "*", keep: 1 } }
)yaml");
  ::setenv("OF_THE_DAEMON_ONLY", "seen", 1);
  installation.start_daemon();
  ::unsetenv("OF_THE_DAEMON_ONLY");
  const std::string file = installation.path("schedules.yaml");
  const auto exec = [&](const std::string& job) { return run_program({BELFRY_PROGRAM, "exec", job, "-c", file}); };
  for (const std::string job : {"tell", "three", "killed", "slow", "missing", "careful", "silent"}) {
    CAPTURE(job);
    CHECK(exec(job).exit_code == installation.belfry({"run", job, "--wait"}).exit_code);
  }
  // What belongs to the one run: its id, its times, who asked for it, where its files are.
  const auto of_any_run = [](const std::string& said) {
    std::string lines;
    for (const std::string_view line : split(said, '\n')) {
      const std::string_view name = line.substr(0, line.find('='));
      const bool is_of_one_run = name.starts_with("BELFRY_") && !name.starts_with("BELFRY_PARAM_") &&
                                 name != "BELFRY_JOB" && name != "BELFRY_ATTEMPT" && name != "BELFRY_TRIGGER";
      lines += std::string(is_of_one_run ? name : line) + "\n";
    }
    return lines;
  };
  const std::string here = of_any_run(exec("tell").out);
  const auto run = installation.wait_for_closed_run("tell");
  CHECK(here == of_any_run(installation.belfry({"logs", run["id"]}).out));
  CHECK(has(here, "\nFROM=defaults\n"));
  CHECK(has(here, "\nOF=job\n"));
  CHECK(has(here, "umask 0027, in "));
  CHECK_FALSE(has(here, "OF_THE_DAEMON_ONLY"));
}

TEST_CASE("e2e: S31 whoever watches at a terminal sees a bar, and in the end what became of it") {
  Installation installation(R"yaml(
jobs:
  import:
    schedule: manual
    run: |
      echo "::progress 40 row 100"
      while [ ! -e "$RELEASE" ]; do sleep 0.05; done
    env: { RELEASE: "%RELEASE%" }
)yaml");
  std::string text = read_file(installation.path("schedules.yaml")).value();
  text.replace(text.find("%RELEASE%"), 9, installation.path("release"));
  installation.write_schedules(text);
  installation.start_daemon();
  for (const std::string how : {"--wait", "-f"}) {
    CAPTURE(how);
    const std::string seen = installation.path("seen" + how);
    // `script` gives it a terminal, and keeps what is drawn there.
    run_program({"/bin/sh", "-c",
                 "TERM=xterm script -qefc '" BELFRY_PROGRAM " run import " + how + " --host " + installation.socket() +
                     "' " + seen + " </dev/null >/dev/null 2>&1 &"});
    const auto drawn = [&] { return read_file(seen).value_or(""); };
    REQUIRE(eventually([&] { return has(drawn(), "\r\033[K[========            ]  40% row 100"); }));
    REQUIRE(replace_file(installation.path("release"), ""));
    REQUIRE(eventually([&] { return has(drawn(), "import: succeeded"); }));
    // The bar is gone before the last line comes.
    const std::string all = drawn();
    CHECK(has(all.substr(all.rfind("row 100")), "row 100\r\033[K"));
    std::filesystem::remove(installation.path("release"));
  }
}

TEST_CASE("e2e: F27 a callable that does not return is shown by status and doctor, and holds nobody up") {
  Installation installation(R"(
plugins: [")" BELFRY_DEAF_PLUGIN R"("]
jobs: { deaf: { schedule: manual, timeout: 100ms, stop_grace_period: 0s, call: deaf } }
)");
  installation.start_daemon();
  CHECK_FALSE(has(installation.belfry({"status"}).out, "stuck"));
  CHECK(installation.belfry({"run", "deaf", "--wait"}).exit_code == 124);
  const auto run = installation.wait_for_closed_run("deaf");
  CHECK(run["outcome"] == "timed_out");
  CHECK(has(run["detail"], "still executes on a thread that is set apart"));
  CHECK(installation.belfry_json({"status"})["stuck_calls"] == 1);
  CHECK(has(installation.belfry({"status"}).out, "1 callable"));
  const Finished doctor = installation.belfry({"doctor"});
  CHECK(doctor.exit_code != 0);
  CHECK(has(doctor.out, "1 were told to return long ago, and still execute"));
  CHECK(has(doctor.out, "only a restart of the daemon ends them"));
  installation.stop_daemon(SIGTERM);
  installation.start_daemon();
  CHECK(installation.belfry_json({"status"})["stuck_calls"] == 0);
}

TEST_CASE("e2e: belfry progress is for jobs") {
  const Finished finished = run_program({"/usr/bin/env", "-u", "BELFRY_PROGRESS", BELFRY_PROGRAM, "progress", "10"});
  CHECK(finished.exit_code == 2);
  CHECK(has(finished.err, "inside a job"));
  CHECK(run_program({BELFRY_PROGRAM, "progress", "101"}).exit_code == 2);
}
