// A minder whose run has left nothing behind is sent to the next one (jobs/line.h).
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/process.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

class Row : public Bench {
 public:
  // Until the launcher has heard of it, too.
  bool is_free(const AttemptId& id) {
    Fd lock;
    return eventually([&] { return try_lock(directory(id), lock) == LockState::obtained; }) &&
           !follow_for(Millis{20}, [] { return false; });
  }

  // Whether the minder of this run, which is over, waits for the next one. It does not where the machine was so busy
  // that the run went on for a while.
  bool rests_after(const StartOrder& order) { return is_free(order.id) && is_alive(claim(order.id).minder.pid); }

  // Runs `order` until its minder rests.
  StartOrder run_and_rest(const std::string& text, const ProcessSettings& process = {}) {
    for (int i = 0;; ++i) {
      StartOrder order = script(text, process);
      run(order);
      if (rests_after(order)) return order;
      REQUIRE(i < 100);
    }
  }
  ProcessName resting_minder() { return claim(run_and_rest("exit 0").id).minder; }
};

TEST_CASE("jobs/minders: S3 one process is the minder of many runs, one after the other, and each run is a whole one") {
  Row bench;
  // On a busy machine a run may go on for so long that its minder is not sent to another one.
  std::map<pid_t, int> minders;
  const auto has_one_of_many = [&] {
    return std::ranges::any_of(minders, [](const auto& minder) { return minder.second >= 10; });
  };
  for (int i = 0; i < 1'000 && !has_one_of_many(); ++i) {
    const StartOrder order = bench.script("echo number " + std::to_string(i) + "; exit " + std::to_string(i % 256));
    const Outcome& outcome = bench.run(order);
    REQUIRE(outcome.ended);
    CHECK(outcome.ended->end == ProcessEnd{ProcessEnd::How::exited, i % 256});
    CHECK(bench.output(order.id) == "number " + std::to_string(i) + "\n");
    CHECK(read_exit_record(bench.directory(order.id))->complete);
    const Claim claim = bench.claim(order.id);
    CHECK(claim.job.pid != claim.minder.pid);
    ++minders[claim.minder.pid];
    REQUIRE(bench.is_free(order.id));
  }
  CHECK(has_one_of_many());
}

TEST_CASE("jobs/minders: S28 a job with fewer arguments and variables than the one before has its own, and no others") {
  Row bench;
  const auto run_of = [&](std::vector<std::string> argv, std::vector<EnvironmentVariable> env) {
    StartOrder order = bench.script("");
    auto job = std::make_shared<Job>(*order.job);
    job->action = Command{std::move(argv)};
    job->env = std::move(env);
    order.job = std::move(job);
    bench.run(order);
    return order;
  };
  const std::vector<std::string> show{"/bin/sh", "-c", "echo $#; env | grep -c ^OF_THE_FIRST || true", "name"};
  for (int i = 0;; ++i) {
    std::vector<std::string> more = show;
    more.insert(more.end(), {"1", "2", "3"});
    const StartOrder first = run_of(more, {{"OF_THE_FIRST_1", "x"}, {"OF_THE_FIRST_2", "x"}});
    CHECK(bench.output(first.id) == "3\n2\n");
    if (!bench.rests_after(first)) continue;
    const StartOrder second = run_of(show, {});
    CHECK(bench.output(second.id) == "0\n0\n");
    if (bench.claim(second.id).minder == bench.claim(first.id).minder) break;
    REQUIRE(i < 100);
  }
}

TEST_CASE("jobs/minders: S28 a job finds nothing of the one before it") {
  Row bench;
  const std::string look =
      "ls -l /proc/self/fd | wc -l; umask; pwd; cat /proc/self/oom_score_adj; ulimit -n; nice; env | grep -v RUN | "
      "sort | "
      "grep -v SCHEDULED | grep -v BELFRY_ | cksum; grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status; ps -o sid= -p $$ | "
      "wc -l";
  const std::string disorder = "umask 077; cd /tmp; trap '' HUP; exec 7>/dev/null; exit 3";
  const ProcessSettings odd{.umask = 027, .stdin_text = "text", .limits = {.open_files = 100, .nice = 7}};
  for (int i = 0;; ++i) {
    const StartOrder before = bench.run_and_rest(look);
    const StartOrder between = bench.run_and_rest(disorder, odd);
    const StartOrder after = bench.run_and_rest(look);
    CHECK(bench.output(after.id) == bench.output(before.id));
    const ProcessName minder = bench.claim(before.id).minder;
    if (bench.claim(between.id).minder == minder && bench.claim(after.id).minder == minder) break;
    REQUIRE(i < 100);
  }
}

TEST_CASE("jobs/minders: S27 a minder does not go on while something of its run is left") {
  Row bench;
  const std::string pid_file = bench.scratch("pid");
  const StartOrder leaves = bench.script("sleep 60 & echo $! > " + pid_file, {.leftovers = Leftovers::leave});
  bench.run(leaves);
  CHECK(eventually([&] { return !is_alive(bench.claim(leaves.id).minder.pid); }));
  const StartOrder waits = bench.script("sleep 60 & echo $! > " + pid_file + "2", {.leftovers = Leftovers::wait});
  bench.run(waits);
  const StartOrder next = bench.script("exit 0");
  bench.run(next);
  CHECK(bench.claim(next.id).minder != bench.claim(waits.id).minder);
  CHECK(is_alive(bench.claim(waits.id).minder.pid));
  for (const char* const suffix : {"", "2"}) ::kill(read_pid(pid_file + suffix), SIGKILL);
}

TEST_CASE("jobs/minders: S26 a word to stop the run that is over does not stop the next one") {
  Row bench;
  const StartOrder first = bench.run_and_rest("exit 0");
  const ProcessName minder = bench.claim(first.id).minder;
  signal_process(*hold_process(minder), SIGTERM);  // somebody's by hand
  bench.launcher().stop({.id = first.id, .reason = Reason::by_request});
  const StartOrder second = bench.script("sleep 0.02; exit 5");
  const Outcome& outcome = bench.run(second);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == ProcessEnd{ProcessEnd::How::exited, 5});
  CHECK(bench.claim(second.id).minder == minder);
}

TEST_CASE("jobs/minders: S26 a run is stopped at every moment of its minder's second one") {
  Row bench;
  int stopped_before = 0;
  for (int i = 0; i < 100; ++i) {
    bench.run_and_rest("exit 0");
    const StartOrder order = bench.script("exec sleep 60");
    bench.launcher().start(order);
    if (i % 4 != 0) bench.follow_for(Millis{i % 4}, [] { return false; });
    bench.launcher().stop({.id = order.id, .reason = Reason::by_request});
    const Outcome& outcome = bench.follow_to_end(order.id);
    REQUIRE(outcome.is_over());
    if (outcome.start_failed) ++stopped_before;
    if (outcome.ended) CHECK(outcome.ended->reason == Reason::by_request);
  }
  CHECK(stopped_before < 100);
}

TEST_CASE("jobs/minders: S31 a resting minder that is killed is buried, and the next run has another") {
  Row bench;
  const ProcessName minder = bench.resting_minder();
  ::kill(minder.pid, SIGKILL);
  CHECK(bench.run_script("exit 6").ended->end.code == 6);
  REQUIRE(bench.follow([&] { return !is_alive(minder.pid); }));
}

TEST_CASE("jobs/minders: S29 a start does not fail because the minder that was sent for was killed on its way") {
  Row bench;
  const ProcessName minder = bench.resting_minder();
  ::kill(minder.pid, SIGSTOP);
  const StartOrder second = bench.script("exit 6");
  bench.launcher().start(second);
  ::kill(minder.pid, SIGKILL);
  const Outcome& outcome = bench.follow_to_end(second.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 6);
  CHECK(bench.claim(second.id).minder != minder);
}

TEST_CASE("jobs/minders: S26 one that is to be stopped by then is not sent for once more") {
  Row bench;
  const ProcessName minder = bench.resting_minder();
  ::kill(minder.pid, SIGSTOP);
  const StartOrder second = bench.script("exit 6");
  bench.launcher().start(second);
  bench.launcher().stop({.id = second.id, .reason = Reason::by_request});
  ::kill(minder.pid, SIGKILL);
  CHECK(bench.follow_to_end(second.id).start_failed);
  CHECK_FALSE(bench.has_file(second.id, "started"));
}

TEST_CASE("jobs/minders: S31 the machine's list of processes shows the run that a minder is at, not an earlier one") {
  Row bench;
  const ProcessName rested = bench.resting_minder();
  const StartOrder order = bench.script("exec sleep 60");
  bench.start(order);
  bench.follow_to_start(order.id);
  CHECK(bench.claim(order.id).minder == rested);
  const std::string command_line = read_file("/proc/" + std::to_string(rested.pid) + "/cmdline").value();
  CHECK(command_line.starts_with("belfry-minder" + std::string(1, '\0') + bench.directory(order.id) + '\0'));
}

TEST_CASE("jobs/minders: S3 a minder that has rested for a while leaves, and at once where its daemon is gone") {
  Row bench;
  bench.resting_minder();
  bench.clock().now.boot += std::chrono::minutes{1};
  REQUIRE(bench.follow([&] { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }));

  const auto resting = hold_process(bench.resting_minder());
  REQUIRE(resting);
  bench.destroy_launcher();
  CHECK(wait_for_end(*resting, patience));
  (void)reap_child(*resting);
}

TEST_CASE("jobs/minders: S3 a minder goes to no second run once its daemon is gone, but ends the one it has") {
  Row bench;
  const std::string go = bench.scratch("go");
  const ProcessName rested = bench.resting_minder();
  const StartOrder order = bench.script("until [ -e " + go + " ]; do sleep 0.01; done; exit 4");
  bench.start(order);
  bench.follow_to_start(order.id);
  const auto minder = hold_process(bench.claim(order.id).minder);
  CHECK(bench.claim(order.id).minder == rested);
  bench.destroy_launcher();
  bench.create_launcher();
  bench.recover(order.run);
  REQUIRE(replace_file(go, ""));
  CHECK(bench.follow_to_end(order.id).ended->end.code == 4);
  REQUIRE(minder);
  CHECK(wait_for_end(*minder, patience));
}

TEST_CASE("jobs/minders: F11 a run that goes on for a while keeps one descriptor, not two") {
  Row bench;
  const StartOrder order = bench.script("exec sleep 60");
  bench.start(order);
  REQUIRE(bench.follow_to_start(order.id).started);
  const ProcessName minder = bench.claim(order.id).minder;
  REQUIRE(eventually([&] { return !std::filesystem::exists("/proc/" + std::to_string(minder.pid) + "/fd/3"); }));
  bench.launcher().stop({.id = order.id, .reason = Reason::by_request});
  CHECK(bench.follow_to_end(order.id).ended->reason == Reason::by_request);
  CHECK(bench.follow([&] { return !is_alive(minder.pid); }));
}

}  // namespace
}  // namespace belfry::tests
