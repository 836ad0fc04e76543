#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

constexpr const char* with_user = "jobs:\n  a: { schedule: manual, run: x, user: nobody }\n";

// A daemon that is not root, wherever its files are: root's may still be opened.
std::vector<std::string> as_somebody_else() {
  if (::geteuid() != 0) return {};
  return {"/usr/bin/setpriv",
          "--reuid=2",
          "--regid=2",
          "--clear-groups",
          "--inh-caps=+dac_override",
          "--ambient-caps=+dac_override"};
}

}  // namespace

TEST_CASE("e2e: S36 `belfry validate` is quiet and 0 when the file is good, and needs no daemon") {
  Installation installation("jobs: { a: { schedule: every 5m, run: x } }\n");
  const Finished good = installation.belfry({"validate", installation.path("schedules.yaml")});
  CHECK(good.exit_code == 0);
  CHECK(good.out.empty());
  CHECK(good.err.empty());
}

TEST_CASE("e2e: S34 S36 `belfry validate` tells every problem at once, for people and for programs, and ends with 78") {
  Installation installation("jobs:\n  a: { shedule: every 5m, run: x }\n  b: { schedule: every 5, run: x }\n");
  const std::string file = installation.path("schedules.yaml");
  const Finished bad = installation.belfry({"validate", file});
  CHECK(bad.exit_code == 78);
  CHECK(bad.out.find(file + ":2:8 ") != std::string::npos);
  CHECK(bad.out.find("did you mean 'schedule'?") != std::string::npos);
  CHECK(bad.out.find("2 problems. A daemon that runs is unchanged.\n") != std::string::npos);
  CHECK(bad.err.empty());

  const Finished json = installation.belfry({"--json", "validate", file});
  CHECK(json.exit_code == 78);
  const auto problems = nlohmann::json::parse(json.out);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0]["line"] == 2);
  CHECK(problems[0]["column"] == 8);
  CHECK(problems[0]["severity"] == "error");
  CHECK(problems[1]["line"] == 3);
}

TEST_CASE("e2e: S37 `belfry validate` executes nothing that a file names, unless it is told to; `exec` what it calls") {
  Installation installation("");
  const std::string file = installation.path("schedules.yaml");
  // One is no plug-in at all, which nobody knows who has not opened it.
  for (const char* name : {"greet.so", "none.so"}) {
    const char* const from = name[0] == 'g' ? BELFRY_PLUGIN : BELFRY_NO_PLUGIN;
    std::filesystem::copy_file(from, installation.path(name));
    std::filesystem::permissions(installation.path(name), std::filesystem::perms(0755));
  }
  const auto write = [&](const std::string& plugin, const std::string& with) {
    installation.write_schedules("plugins: ['" + installation.path(plugin) +
                                 "']\njobs:\n  hello: { schedule: manual, call: greet, with: { " + with +
                                 " } }\n  own: { schedule: manual, run: 'echo own' }\n");
  };
  write("none.so", "whom: world");
  const Finished unseen = installation.belfry({"validate", file});
  CHECK(unseen.exit_code == 0);
  CHECK(unseen.err.find("belfry validate --load-plugins") != std::string::npos);
  CHECK(installation.belfry({"validate", file, "--load-plugins"}).exit_code == 78);
  CHECK(installation.belfry({"exec", "own", "-c", file}).out == "own\n");
  CHECK(installation.belfry({"exec", "hello", "-c", file}).exit_code == 78);

  write("greet.so", "nobody_has: this");
  CHECK(installation.belfry({"validate", file}).exit_code == 0);
  const Finished seen = installation.belfry({"validate", file, "--load-plugins"});
  CHECK(seen.exit_code == 78);
  CHECK(seen.out.find("nobody_has") != std::string::npos);
  write("greet.so", "whom: world");
  CHECK(installation.belfry({"validate", file, "--load-plugins"}).err.empty());
  CHECK(installation.belfry({"exec", "hello", "-c", file}).out.find("hello, world") != std::string::npos);

  // Whoever could change it could execute anything: that is no matter of looking into it.
  std::filesystem::permissions(installation.path("greet.so"), std::filesystem::perms(0777));
  CHECK(installation.belfry({"validate", file}).exit_code == 78);
}

TEST_CASE("e2e: S36 a warning is told with its name, and the file stays good") {
  Installation installation("jobs:\n  a: { schedule: every 1d, run: x }\n");
  const Finished warned = installation.belfry({"validate", installation.path("schedules.yaml")});
  CHECK(warned.exit_code == 0);
  CHECK(warned.out.find("warning") != std::string::npos);
  CHECK(warned.out.find("[utc-day]") != std::string::npos);
}

TEST_CASE("e2e: S28 S36 `validate` says that no daemon could be asked whether it may do what `user:` wants") {
  Installation installation(with_user);
  const Finished alone = installation.belfry({"validate", installation.path("schedules.yaml")});
  CHECK(alone.exit_code == 0);
  CHECK(alone.err.find("as another user or group: a. ") != std::string::npos);
  CHECK(alone.err.find("root.conf") != std::string::npos);
}

TEST_CASE("e2e: S28 S36 `validate` refuses a `user:` as the daemon does that reads the file") {
  Installation installation("jobs: { a: { schedule: manual, run: x } }\n");
  const std::string file = installation.path("schedules.yaml");
  installation.start_daemon(as_somebody_else());
  installation.write_schedules(with_user);
  const Finished refused = installation.belfry({"validate", file});
  CHECK(refused.exit_code == 78);
  CHECK(refused.out.find(file + ":2:") != std::string::npos);
  CHECK(refused.out.find("wants the user 'nobody', but the daemon runs as '") != std::string::npos);
  CHECK(refused.out.find("root.conf") != std::string::npos);
  const Finished reload = installation.belfry({"reload"});
  CHECK(reload.exit_code == 78);
  CHECK(reload.err.find("wants the user 'nobody', but the daemon runs as '") != std::string::npos);
}

TEST_CASE("e2e: S28 S36 `validate` finds nothing in a `user:` where the daemon is root") {
  if (::geteuid() != 0) return;
  Installation installation("jobs: { a: { schedule: manual, run: x } }\n");
  installation.start_daemon();
  installation.write_schedules(with_user);
  const Finished root = installation.belfry({"validate", installation.path("schedules.yaml")});
  CHECK(root.exit_code == 0);
  CHECK(root.err.empty());
}
