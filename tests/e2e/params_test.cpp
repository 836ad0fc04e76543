#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string content_of(const std::string& path) { return belfry::read_file(path).value_or(""); }

void write_secret(const std::string& path, const std::string& value, mode_t mode = 0600) {
  REQUIRE(belfry::replace_file(path, value).has_value());
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

// Every regular file below a directory in which the text stands.
std::vector<std::string> files_with(const std::string& directory, std::string_view text) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && holds(content_of(entry.path()), text)) found.push_back(entry.path());
  }
  return found;
}

// Of all processes that this one can see: the command lines, and the environments of those that are called so.
std::string command_lines() {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (std::isdigit(entry.path().filename().string()[0]) != 0) all += content_of(entry.path() / "cmdline");
  }
  return all;
}

std::string environments_of(std::string_view name) {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const bool is_process = std::isdigit(entry.path().filename().string()[0]) != 0;
    if (is_process && holds(content_of(entry.path() / "comm"), name)) all += content_of(entry.path() / "environ");
  }
  return all;
}

constexpr const char* restore_file = R"(
jobs:
  restore:
    schedule: manual
    params:
      date: { type: date, required: true, description: Day to restore }
      target: { type: choice, options: [staging, production], default: staging }
      note: { pattern: "(.|\n)*" }
    env: { NOTE: "<${param:note}>" }
    command: [sh, -c, 'printf "%s|" "$@"; printf "%s|%s" "$NOTE" "$BELFRY_PARAM_NOTE"', sh, "${param:date}", "--to=${param:target}", "${param:note}"]
)";

}  // namespace

TEST_CASE("e2e: S38 parameters reach the job, are in the run's record, and a retry is told the same") {
  Installation installation(restore_file);
  installation.start_daemon();
  const Finished ran =
      installation.belfry({"run", "restore", "-p", "date=2026-11-19", "-p", "target=production", "-f", "--wait"});
  CHECK(ran.exit_code == 0);
  CHECK(holds(ran.out, "2026-11-19|--to=production||<>|"));
  const auto first = installation.wait_for_closed_run("restore");
  CHECK(first["params"] == nlohmann::json{{"date", "2026-11-19"}, {"target", "production"}});
  installation.stop_daemon(SIGKILL);
  installation.start_daemon();
  CHECK(holds(installation.belfry({"retry", "restore", "-f"}).out, "2026-11-19|--to=production|"));
  CHECK(installation.wait_for_closed_run("restore")["params"] == first["params"]);
  CHECK(holds(installation.belfry({"show", first["id"]}).out, "target=production"));
  CHECK(installation.belfry({"param-names", "restore"}).out == "date=\ntarget=\nnote=\n");
  CHECK(holds(installation.belfry({"show", "restore"}).out,
              "date: a date such as 2026-11-19, required (Day to restore)"));
}

TEST_CASE("e2e: S38 runs of the schedule have the defaults, and those of a backfill what it was told") {
  Installation installation(
      "jobs: { a: { schedule: every 1s, overlap: allow, params: { to: { default: usual } }, command: [echo, "
      "'${param:to}'] } }\n");
  installation.start_daemon();
  CHECK(installation.wait_for_closed_run("a")["params"]["to"] == "usual");
  const std::size_t wanted = 3;
  REQUIRE(installation.belfry({"backfill", "a", "--from", "1h", "--to", "3597s", "-p", "to=told"}).exit_code == 0);
  const auto backfilled = [&] {
    auto runs = installation.belfry_json({"runs", "a", "-n", "200"});
    std::erase_if(runs.get_ref<nlohmann::json::array_t&>(),
                  [](const auto& run) { return run["trigger"] != "backfill"; });
    return runs;
  };
  REQUIRE(eventually([&] { return backfilled().size() >= wanted; }));
  for (const auto& run : backfilled()) CHECK(run["params"]["to"] == "told");
  CHECK(installation.belfry({"backfill", "a", "--from", "1h", "--to", "3597s", "-p", "too=x"}).exit_code == 2);
}

TEST_CASE("e2e: F56 what somebody writes for a parameter is never run") {
  Installation installation(restore_file);
  installation.start_daemon();
  const std::string trap = installation.path("trap");
  for (const std::string& value : {"; touch " + trap, "$(touch " + trap + ")", "`touch " + trap + "`",
                                   "x\ntouch " + trap, "' ; touch " + trap + " ; '", std::string("-rf"),
                                   std::string("--help"), std::string("${param:date}"), std::string("%s%n")}) {
    CAPTURE(value);
    const Finished ran =
        installation.belfry({"run", "restore", "-p", "date=2026-11-19", "-p", "note=" + value, "-f", "--wait"});
    CHECK(ran.exit_code == 0);
    CHECK(holds(ran.out, "|" + value + "|<" + value + ">|" + value));
    CHECK_FALSE(std::filesystem::exists(trap));
  }
}

TEST_CASE("e2e: S38 parameters that are not right are refused with what to write, and nothing starts") {
  Installation installation(restore_file);
  installation.start_daemon();
  struct Row {
    std::vector<std::string> options;
    const char* says;
    const char* write;
  };
  for (const Row& row : std::vector<Row>{
           {{},
            "parameter 'date' is missing: a date such as 2026-11-19 (Day to restore)",
            "belfry run restore -p date=2026-11-19"},
           {{"-p", "date=19.11.2026"}, "'19.11.2026' is not a date", "belfry run restore -p date=2026-11-19"},
           {{"-p", "date=2026-11-19", "-p", "target=prod"}, "not one of staging, production", "-p target=staging"},
           {{"-p", "date=2026-11-19", "-p", "dat=x"}, "did you mean 'date'?", "belfry show restore"},
           {{"-p", "date=2026-11-19", "-p", "note=" + std::string(100'000, 'x')}, "together they may have 65536", ""},
           {{"-p", "date"}, "write  -p NAME=VALUE", ""},
           {{"-p", "date=2026-11-19", "-p", "note=\xff"}, "is not UTF-8", ""},
       }) {
    CAPTURE(row.says);
    std::vector<std::string> command{"run", "restore"};
    command.insert(command.end(), row.options.begin(), row.options.end());
    const Finished refused = installation.belfry(command);
    CHECK(refused.exit_code == 2);
    CHECK(holds(refused.err, row.says));
    CHECK(holds(refused.err, row.write));
  }
  CHECK(installation.belfry_json({"runs"}).empty());
}

TEST_CASE("e2e: S25 requests that are unique and alike are one run") {
  Installation installation(
      "jobs: { a: { schedule: manual, unique: true, params: { x: {} }, command: [sleep, '60'] } }\n");
  installation.start_daemon();
  const auto id = [&](const char* x) {
    return installation.belfry_json({"run", "a", "-p", std::string("x=") + x})["id"].get<std::string>();
  };
  const std::string first = id("1");
  CHECK(id("1") == first);
  CHECK(id("2") != first);
}

TEST_CASE("e2e: S38 F81 a secret reaches its job and can be found nowhere else") {
  const std::string canary = "canary-8f2e61-in-the-mine";
  const std::string stars(canary.size(), '*');
  Installation installation("jobs: { a: { schedule: manual, run: x } }\n");
  const std::string home = std::filesystem::canonical(installation.path("."));
  const std::string file = home + "/secret";
  write_secret(file, canary + "\n");
  installation.write_schedules("secrets: { token: { file: " + file + " }, gone: { file: /nowhere/at/all } }\n" +
                               "defaults: { working_dir: " + home + " }\n" + R"yaml(
jobs:
  good:
    schedule: manual
    env: { TOKEN: "${secret:token}", HEADER: "Bearer ${secret:token}" }
    run: |
      test "$TOKEN" = "$(cat secret)" && test "$HEADER" = "Bearer $TOKEN" && echo yes > seen
      echo "$TOKEN and $HEADER"; env >&2
      printf '%s' "${TOKEN%mine}"; sleep 0.3; echo mine
      while test ! -e seen.go; do sleep 0.05; done
  bad:
    schedule: manual
    env: { TOKEN: "${secret:token}" }
    command: [/no/such/program]
  poor: { schedule: manual, env: { A: "${secret:token}", B: "${secret:gone}" }, run: "true" }
)yaml");
  installation.start_daemon();
  const std::string id = installation.belfry_json({"run", "good"})["id"];
  REQUIRE(eventually([&] { return content_of(home + "/seen") == "yes\n"; }));
  CHECK_FALSE(holds(command_lines(), canary));
  CHECK_FALSE(holds(environments_of("belfry"), canary));  // of the daemon, and of minders
  installation.stop_daemon(SIGKILL);                      // and another one takes over
  installation.start_daemon();
  write_secret(home + "/seen.go", "");
  CHECK(installation.wait_for_closed_run("good")["exit_code"] == 0);
  const std::string log = installation.belfry({"logs", id}).out;
  CHECK(holds(log, stars + " and Bearer " + stars + "\n"));
  CHECK(holds(log, "TOKEN=" + stars + "\n"));
  CHECK(log.find(canary.substr(0, 15)) == std::string::npos);  // although once it came in two pieces

  CHECK(holds(installation.belfry({"run", "bad", "--wait"}).out, "No such file"));
  CHECK(holds(installation.belfry({"run", "poor", "--wait"}).out, "secret 'gone': open /nowhere/at/all"));
  std::string told;
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{{"runs", "--json"},
                                                                                       {"show", "good", "--json"},
                                                                                       {"show", id, "--json"},
                                                                                       {"logs", id, "--json"},
                                                                                       {"status", "--json"},
                                                                                       {"list", "--json"},
                                                                                       {"why", "good", "--json"},
                                                                                       {"reload", "--dry-run"},
                                                                                       {"backup", home + "/copy.db"}}) {
    const Finished answer = installation.belfry(command);
    told += answer.out + answer.err;
  }
  CHECK_FALSE(holds(told, canary));
  CHECK_FALSE(holds(installation.daemon_log(), canary));
  CHECK(files_with(home, canary) == std::vector<std::string>{file});
}

TEST_CASE("e2e: S38 F81 a callable is handed its secrets, and what it says does not show them") {
  const std::string canary = "canary-8f2e61-in-the-mine";
  const std::string stars(canary.size(), '*');
  Installation installation("jobs: { a: { schedule: manual, run: x } }\n");
  const std::string home = std::filesystem::canonical(installation.path("."));
  write_secret(home + "/secret", canary + "\n");
  installation.write_schedules("secrets: { token: { file: " + home + "/secret } }\n" + R"yaml(
jobs:
  say: { schedule: manual, call: log, with: { message: "token ${secret:token}, ${param:x}" }, params: { x: { default: y } } }
  ask: { schedule: manual, call: http.request, with: { url: "http://127.0.0.1:1/${secret:token}" } }
)yaml");
  installation.start_daemon();
  CHECK(installation.belfry({"run", "say", "--wait"}).exit_code == 0);
  CHECK(holds(installation.belfry({"logs", "say"}).out, "token " + stars + ", y\n"));
  const Finished asked = installation.belfry({"run", "ask", "--wait"});
  CHECK(asked.exit_code != 0);
  CHECK_FALSE(holds(asked.out + asked.err, canary));
  installation.stop_daemon(SIGTERM);
  CHECK(files_with(home, canary) == std::vector<std::string>{home + "/secret"});
}

TEST_CASE("e2e: S37 S38 a secret that others can read or change is not used, and nothing starts") {
  Installation installation("jobs: { a: { schedule: manual, run: x } }\n");
  const std::string file = std::filesystem::canonical(installation.path(".")).string() + "/secret";
  installation.write_schedules("secrets: { token: { file: " + file + " }, c: { credential: c } }\n" +
                               "jobs:\n"
                               "  a: { schedule: manual, env: { A: '${secret:token}' }, run: 'true' }\n"
                               "  b: { schedule: manual, env: { A: '${secret:c}' }, run: 'true' }\n");
  installation.start_daemon();
  struct Row {
    std::string value;
    mode_t mode;
    std::string says;
  };
  for (const Row& row : std::vector<Row>{{"x", 0604, "everybody may read " + file + ": chmod o-r " + file},
                                         {"x", 0620, "others may change " + file + " (mode 0620): chmod go-w " + file},
                                         {"", 0600, file + " is empty"},
                                         {"\n", 0600, file + " is empty"},
                                         {std::string("a\0b", 3), 0600, "holds a NUL"},
                                         {std::string(65'537, 'x'), 0600, "is larger than 65536 bytes"}}) {
    CAPTURE(row.says);
    write_secret(file, row.value, row.mode);
    const Finished refused = installation.belfry({"run", "a", "--wait"});
    CHECK(refused.exit_code == 126);
    CHECK(holds(refused.out, "secret 'token': "));
    CHECK(holds(refused.out, row.says));
  }
  std::filesystem::remove(file);
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  CHECK(holds(installation.belfry({"run", "a", "--wait"}).out, "is no regular file"));
  std::filesystem::remove(file);
  write_secret(file, "x");
  CHECK(installation.belfry({"run", "a", "--wait"}).exit_code == 0);
  CHECK(holds(installation.belfry({"run", "b", "--wait"}).out, "secret 'c': the daemon was handed no credentials"));
}
