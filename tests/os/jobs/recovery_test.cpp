// What the next daemon makes of each state that an earlier one can have left behind. Each step of jobs/recovery.h has
// its test here, each also with a death at its worst moment.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/fields.h>
#include <jobs/recovery.h>
#include <jobs/run_directory.h>
#include <jobs/spawn.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

// A claim as a minder writes it.
std::string claim_text(const BootId& boot, const ProcessName& minder, const ProcessName& job) {
  FieldWriter fields(run_directory::claim_kind);
  fields.add("by", "minder").add("boot", boot.text);
  fields.add("minder_pid", std::to_string(minder.pid)).add("minder_start", std::to_string(minder.start));
  fields.add("job_pid", std::to_string(job.pid)).add("job_start", std::to_string(job.start));
  return std::move(fields).whole();
}

std::string exit_text(int code) {
  FieldWriter fields(run_directory::exit_kind);
  fields.add("kind", "exited").add("code", std::to_string(code));
  return std::move(fields).whole();
}

// A run directory whose minder is gone, with this claim.
StartOrder forge(Bench& bench, const ProcessName& minder, const ProcessName& job) {
  StartOrder order = bench.script("unused");
  REQUIRE(create_run_directory(bench.directory(order.id), {.argv = {"unused"}}));
  REQUIRE(replace_file(bench.directory(order.id) + "/started", claim_text(bench.boot(), minder, job)));
  return order;
}

StartOrder start_and_restart(Bench& bench, const std::string& script) {
  StartOrder order = bench.script(script);
  bench.start(order);
  bench.follow_to_start(order.id);
  bench.destroy_launcher();
  return order;
}

const ProcessName nobody{.pid = 4'000'000, .start = 1};

TEST_CASE("jobs/recovery: S3 a job that runs on is adopted, and its exit code and output are there") {
  Bench bench;
  const std::string release = bench.scratch("release");
  const StartOrder order =
      start_and_restart(bench, "echo one; while [ ! -e " + release + " ]; do sleep 0.02; done; echo two; exit 4");
  bench.create_launcher();
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.started);  // before recover() returns
  CHECK_FALSE(outcome.is_over());
  CHECK(outcome.started->at == bench.claim(order.id).executing);
  REQUIRE(replace_file(release, ""));
  bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 4);
  CHECK(outcome.ended->started == outcome.started->at);
  CHECK(bench.output(order.id) == "one\ntwo\n");
}

TEST_CASE("jobs/recovery: S33 a minder of an older program goes on under a daemon with a newer one (F26)") {
  Bench bench;
  const std::string old = bench.scratch("old-minder");
  const std::string release = bench.scratch("release");
  std::filesystem::copy(BELFRY_MINDER, old);
  bench.destroy_launcher();
  bench.create_launcher(old);
  const StartOrder order = bench.script("while [ ! -e " + release + " ]; do sleep 0.02; done; echo done; exit 6");
  bench.start(order);
  bench.follow_to_start(order.id);
  bench.destroy_launcher();
  std::filesystem::remove(old);  // as an upgrade of the package does
  bench.create_launcher();
  REQUIRE(bench.recover(order.run).started);
  CHECK_FALSE(bench.outcome(order.id).is_over());
  REQUIRE(replace_file(release, ""));
  CHECK(bench.follow_to_end(order.id).ended->end == ProcessEnd{ProcessEnd::How::exited, 6});
  CHECK(bench.output(order.id) == "done\n");
}

TEST_CASE("jobs/recovery: S27 an adopted job is over when its main process is, as an own one") {
  Bench bench;
  const std::string release = bench.scratch("release");
  const StartOrder order = bench.script("sleep 600 & while [ ! -e " + release + " ]; do sleep 0.02; done; exit 5",
                                        {.leftovers = Leftovers::wait});
  bench.start(order);
  bench.follow_to_start(order.id);
  bench.destroy_launcher();
  bench.create_launcher();
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(replace_file(release, ""));
  bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 5);
  CHECK(is_alive(bench.claim(order.id).minder.pid));  // it is still busy with what was left behind
}

TEST_CASE("jobs/recovery: S3 a job that ended while no daemon lived is on record") {
  Bench bench;
  const StartOrder order = start_and_restart(bench, "sleep 0.1; exit 6");
  REQUIRE(eventually([&] { return bench.has_file(order.id, "exit"); }));
  bench.create_launcher();
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 6);
  CHECK(outcome.started);
}

TEST_CASE("jobs/recovery: S29 a start that failed while no daemon lived keeps its reason") {
  Bench bench;
  const StartOrder order = bench.order(Command{{"/no/such"}});
  bench.start(order);
  bench.destroy_launcher();
  REQUIRE(eventually([&] { return bench.has_file(order.id, "exit"); }));
  bench.create_launcher();
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.start_failed);
  CHECK(outcome.start_failed->detail == "exec /no/such: No such file or directory");
}

TEST_CASE("jobs/recovery: S3 a start that was recorded and not begun never executed, however often one asks") {
  Bench bench;
  const StartOrder order = bench.script("exit 0");
  for (int daemon = 0; daemon < 3; ++daemon) {
    CHECK(bench.recover(order.run).never_executed);
    CHECK(bench.outcome(order.id).reports == 1);
    bench.destroy_launcher();
    bench.create_launcher();
  }
  CHECK(bench.claim(order.id).by == Claim::By::recovery);
  StartOrder again = order;
  again.id.launch = again.run.launch = 2;
  const Outcome& outcome = bench.run(again);
  CHECK(outcome.ended);
}

TEST_CASE("jobs/recovery: S3 a daemon that dies with the directory made and no minder started never executed") {
  Bench bench;
  const StartOrder order = bench.script("exit 0");
  REQUIRE(create_run_directory(bench.directory(order.id), {.argv = {"true"}}));
  CHECK(bench.recover(order.run).never_executed);
}

TEST_CASE("jobs/recovery: S3 a death inside recovery, twice, leaves nothing that the third cannot settle") {
  Bench bench;
  const StartOrder order = bench.script("exit 0");
  const std::string directory = bench.directory(order.id);
  const std::string draft = directory + "/started.recovery";
  std::filesystem::create_directory(directory);
  SUBCASE("while the draft was written") { REQUIRE(replace_file(draft, "belfry-cl")); }
  SUBCASE("with the draft written and not linked") {
    REQUIRE(claim_for_recovery(directory, bench.boot()));
    std::filesystem::rename(directory + "/started", draft);
  }
  SUBCASE("with the claim linked and the draft still there") {
    REQUIRE(claim_for_recovery(directory, bench.boot()));
    std::filesystem::create_hard_link(directory + "/started", draft);
  }
  CHECK(bench.recover(order.run).never_executed);
  CHECK(bench.claim(order.id).by == Claim::By::recovery);
  CHECK_FALSE(std::filesystem::exists(draft));
  CHECK(bench.recover(order.run).never_executed);
}

TEST_CASE("jobs/recovery: S3 a minder that is late finds the claim taken, and the job executes once, as launch 2") {
  Bench bench;
  const std::string marks = bench.scratch("marks");
  const StartOrder order = bench.script("echo $BELFRY_RUN_ID >> " + marks);
  REQUIRE(create_run_directory(bench.directory(order.id), {.argv = {"/bin/sh", "-c", "echo late >> " + marks}}));
  CHECK(bench.recover(order.run).never_executed);
  const Fd program{::open(BELFRY_MINDER, O_PATH | O_CLOEXEC)};
  const Fd late = spawn_minder(program, bench.directory(order.id)).value();
  StartOrder again = order;
  again.id.launch = again.run.launch = 2;
  CHECK(bench.run(again).ended);
  REQUIRE(wait_for_end(late, patience));
  (void)reap_child(late);
  CHECK(read_file(marks).value() == order.run.id.text() + "\n");
}

TEST_CASE("jobs/recovery: S3 a run of another boot is lost and is never started again by itself") {
  Bench bench;
  const Stranger stranger;
  StartOrder order = bench.script("exit 0");
  order.run.boot = BootId{"00000000-0000-0000-0000-000000000000"};
  SUBCASE("without a directory") {}
  SUBCASE("with a directory that nobody has claimed: the claim may have been in a cache") {
    REQUIRE(create_run_directory(bench.directory(order.id), {.argv = {"true"}}));
  }
  SUBCASE("with a claim whose pids belong to others by now") {
    REQUIRE(create_run_directory(bench.directory(order.id), {.argv = {"true"}}));
    REQUIRE(replace_file(bench.directory(order.id) + "/started",
                         claim_text(order.run.boot, stranger.name(), stranger.name())));
  }
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.lost);
  CHECK(outcome.lost->reason == Reason::reboot);
  CHECK(is_alive(stranger.pid()));
}

TEST_CASE("jobs/recovery: S3 an exit record counts whatever the boot: the machine may have gone down after it") {
  Bench bench;
  StartOrder order = bench.script("exit 9");
  bench.run(order);
  order.run.boot = BootId{"00000000-0000-0000-0000-000000000000"};
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 9);
}

TEST_CASE(
    "jobs/launcher: S3 a minder that is killed under the daemon: the job is killed with all its processes, then lost") {
  Bench bench;
  const std::string pid_file = bench.scratch("pid");
  // Out of the job's group, but in the session; and out of the session, but a child.
  const std::string escapee_file = bench.scratch("escapee");
  const StartOrder order = bench.script("set -m; sh -c 'echo $$ > " + pid_file +
                                        "; sleep 60' & setsid sh -c 'echo $$ > " + escapee_file + "; sleep 60' & wait");
  bench.start(order);
  bench.follow_to_start(order.id);
  const pid_t grandchild = read_pid(pid_file);
  const pid_t escapee = read_pid(escapee_file);
  const Claim claim = bench.claim(order.id);
  REQUIRE(read_process_facts(escapee)->session == escapee);
  signal_process(*hold_process(claim.minder), SIGKILL);
  const Outcome& outcome = bench.follow_to_end(order.id);
  REQUIRE(outcome.lost);
  CHECK(outcome.lost->reason == Reason::minder_killed);
  CHECK_FALSE(is_alive(claim.job.pid));
  CHECK_FALSE(is_alive(grandchild));
  CHECK_FALSE(is_alive(escapee));
}

TEST_CASE("jobs/recovery: S3 a minder that is killed while no daemon lives: the tree is dead before the run is lost") {
  Bench bench;
  const std::string pid_file = bench.scratch("pid");
  const StartOrder order =
      start_and_restart(bench, "trap '' TERM; sh -c 'echo $$ > " + pid_file + "; sleep 60' & wait");
  const pid_t grandchild = read_pid(pid_file);
  const Claim claim = bench.claim(order.id);
  const auto minder = hold_process(claim.minder);
  signal_process(*minder, SIGKILL);
  REQUIRE(wait_for_end(*minder, patience));
  bench.create_launcher();
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.lost);
  CHECK(outcome.lost->reason == Reason::minder_killed);
  CHECK_FALSE(is_alive(claim.job.pid));
  CHECK_FALSE(is_alive(grandchild));
}

TEST_CASE("jobs/recovery: S3 the main process is gone, its minder too: what is left of the session is killed") {
  Bench bench;
  const std::string pid_file = bench.scratch("pid");
  StartOrder order =
      start_and_restart(bench, "set -m; sh -c 'echo $$ > " + pid_file + "; trap \"\" TERM; sleep 60' & wait");
  const pid_t survivor = read_pid(pid_file);
  const Claim claim = bench.claim(order.id);
  signal_process(*hold_process(claim.minder), SIGKILL);
  signal_process(*hold_process(claim.job), SIGKILL);
  REQUIRE(eventually([&] { return !is_alive(claim.job.pid); }));
  CHECK(is_alive(survivor));
  bench.create_launcher();
  bench.recover(order.run);
  CHECK(bench.follow_to_end(order.id).lost);
  CHECK_FALSE(is_alive(survivor));
}

TEST_CASE("jobs/recovery: S3 a stranger that has the pid of the job or of the minder is never signalled (F24)") {
  Bench bench;
  const Stranger stranger;
  const ProcessName old{.pid = stranger.pid(), .start = stranger.name().start - 1};
  StartOrder order = bench.script("unused");
  SUBCASE("the job's") { order = forge(bench, nobody, old); }
  SUBCASE("the minder's, whose session would be the stranger's") { order = forge(bench, old, nobody); }
  SUBCASE("both") { order = forge(bench, old, old); }
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.lost);
  CHECK(is_alive(stranger.pid()));
}

TEST_CASE("jobs/recovery: S3 a locked directory is adopted only from the very minder of its claim (F24)") {
  Bench bench;
  const Stranger stranger;
  const StartOrder order = forge(bench, {.pid = stranger.pid(), .start = stranger.name().start - 1}, nobody);
  Fd lock;
  REQUIRE(try_lock(bench.directory(order.id), lock).value() ==
          LockState::obtained);  // somebody holds it, not the minder
  CHECK(bench.recover(order.run).lost);
  CHECK(is_alive(stranger.pid()));
}

// A minder in the instant between its claim and its exec, played by a shell: it goes on when it has got its order.
class SlowMinder {
 public:
  SlowMinder(Bench& bench, const std::string& then)
      : stranger_("f=" + bench.scratch("order") +
                  "; while ! [ -s $f ]; do sleep 0.01; done; cd $(cat $f); sleep 0.1; " + then),
        order_(forge(bench, stranger_.name(), nobody)) {
    REQUIRE(try_lock(bench.directory(order_.id), lock_).value() == LockState::obtained);
    REQUIRE(replace_file(bench.scratch("order"), bench.directory(order_.id)));
  }
  const StartOrder& order() const { return order_; }

 private:
  Stranger stranger_;
  StartOrder order_;
  Fd lock_;
};

TEST_CASE("jobs/recovery: S3 a minder that is about to exec is followed until it is known what came of it") {
  Bench bench;
  SUBCASE("it executes") {
    const SlowMinder minder(bench, "printf 'executing_ms=1790000000123\\0' >> started; exec sleep 60");
    const Outcome& outcome = bench.recover(minder.order().run);
    REQUIRE(outcome.started);
    CHECK(outcome.started->at == WallTime{Millis{1'790'000'000'123}});
  }
  SUBCASE("it takes longer than one can wait") {
    const SlowMinder minder(bench, "exec sleep 60");
    const Outcome& outcome = bench.recover(minder.order().run);
    REQUIRE(outcome.started);
    CHECK(outcome.started->at == noon);
    CHECK_FALSE(outcome.is_over());
  }
  SUBCASE("it dies") {
    const SlowMinder minder(bench, "exit 1");
    const Outcome& outcome = bench.recover(minder.order().run);
    CHECK_FALSE(outcome.started);
    CHECK(outcome.lost);
    bench.launcher().dispatch();
    CHECK(outcome.reports == 1);
  }
}

TEST_CASE(
    "jobs/recovery: S3 after the lock is obtained the exit record is looked for once more, and nothing is killed") {
  Bench bench;
  const Stranger leftover;  // as a job with `leftovers: leave` will have
  const StartOrder order = forge(bench, nobody, leftover.name());
  // The record came after the first look; the minder is dead by the second.
  REQUIRE(replace_file(bench.directory(order.id) + "/exit", exit_text(3)));
  const Fate fate = fate_without_minder(bench.directory(order.id), bench.claim(order.id));
  REQUIRE(std::holds_alternative<Ended>(fate));
  CHECK(std::get<ProcessEnd>(std::get<Ended>(fate).record.end).code == 3);
  CHECK(is_alive(leftover.pid()));
}

TEST_CASE("jobs/recovery: S3 the recorded job is killed where there is no record, even if it is alone") {
  Bench bench;
  const Stranger job;
  const StartOrder order = forge(bench, nobody, job.name());
  const Fate fate = fate_without_minder(bench.directory(order.id), bench.claim(order.id));
  CHECK(std::holds_alternative<Lost>(fate));
  CHECK_FALSE(is_alive(job.pid()));
}

TEST_CASE("jobs/recovery: S3 a claim without a job never executed, although nothing more could be put on record") {
  Bench bench;
  const StartOrder order = forge(bench, nobody, {});
  CHECK(bench.recover(order.run).never_executed);
}

TEST_CASE("jobs/recovery: S3 a claim that cannot be read decides nothing: the run is lost") {
  Bench bench;
  const StartOrder order = bench.script("exit 0");
  REQUIRE(create_run_directory(bench.directory(order.id), {.argv = {"true"}}));
  REQUIRE(replace_file(bench.directory(order.id) + "/started", "belfry-claim=7\0future"));
  const Outcome& outcome = bench.recover(order.run);
  REQUIRE(outcome.lost);
  CHECK(outcome.lost->reason == Reason::minder_killed);
}

TEST_CASE("jobs/launcher: S29 a minder that dies before its claim is a start that failed") {
  Bench bench;
  bench.destroy_launcher();
  bench.create_launcher("/bin/false");  // ends at once, and claims nothing
  const Outcome& outcome = bench.run_script("exit 0");
  REQUIRE(outcome.start_failed);
  CHECK(outcome.start_failed->detail == "belfry-minder: Operation not permitted");  // exit code 1
}

TEST_CASE("jobs/recovery: S3 many runs in all states at once, each settled by itself and in order") {
  Bench bench;
  std::vector<Run> open;
  const StartOrder ended = bench.script("exit 1");
  const StartOrder running = bench.script("sleep 0.3; exit 2");
  const StartOrder never = bench.script("exit 3");
  bench.start(ended);
  bench.start(running);
  bench.follow_to_start(running.id);
  bench.destroy_launcher();
  REQUIRE(eventually([&] { return bench.has_file(ended.id, "exit"); }));
  bench.create_launcher();
  bench.recover({ended.run, running.run, never.run});
  CHECK(bench.outcome(ended.id).ended->end.code == 1);
  CHECK(bench.outcome(never.id).never_executed);
  CHECK(bench.follow_to_end(running.id).ended->end.code == 2);
}

}  // namespace
}  // namespace belfry::tests
