// The fake keeps the contract of the real launcher.
#include <optional>
#include <string>

#include <tests/contract/jobs/launcher_contract.h>
#include <tests/support/fake_launcher.h>

namespace belfry::tests {
namespace {

class FakeSubject {
 public:
  FakeSubject() {
    machine_.plan = [](const StartOrder& order) { return plan_of(std::get<Command>(order.job->action)); };
    live();
  }

  static Action exits(int code) { return Command{{"exit", std::to_string(code)}}; }
  static Action runs_on() { return Command{{"run-on"}}; }
  static Action cannot_start() { return Command{{"fail"}}; }

  StartOrder order(Action action) {
    Job job{.name = JobName::parse("job").value(), .action = std::move(action)};
    Run run{.id = RunId::make({}, 1, ++sequence_), .job = job.name, .boot = machine_.boot};
    return {.id = run.attempt_id(), .job = std::make_shared<const Job>(std::move(job)), .run = run};
  }

  void start(const StartOrder& order) { launcher_->start(order); }
  void stop(const StopOrder& order) { launcher_->stop(order); }
  const Outcome& started(const AttemptId& id) { return reports_.of(id); }
  const Outcome& over(const AttemptId& id) { return reports_.of(id); }
  const Outcome& now(const AttemptId& id) { return reports_.of(id); }
  void end(const StartOrder& order, int code) { machine_.end(order.id, {.code = code}); }
  void wait_for_end(const StartOrder&) {}
  void die() {
    launcher_.reset();
    reports_.forget();
  }
  void live() {
    launcher_.emplace(machine_, [this](const Report& report) { reports_.note(report); });
  }
  void recover(const std::vector<Run>& runs) { launcher_->recover(runs); }

  FakeMachine& machine() { return machine_; }

 private:
  static FakeMachine::Plan plan_of(const Command& command) {
    if (command.argv[0] == "run-on") return FakeMachine::RunsOn{};
    if (command.argv[0] == "fail") return FakeMachine::CannotStart{"exec fail: No such file or directory"};
    return ProcessEnd{.code = std::stoi(command.argv[1])};
  }

  FakeMachine machine_;
  Reports reports_;
  std::uint64_t sequence_ = 0;
  std::optional<FakeLauncher> launcher_;
};

LAUNCHER_CONTRACT_FOR(FakeSubject);

TEST_CASE("jobs/fake_launcher: S3 it counts what was really executed, and loses what its minder takes along") {
  FakeSubject subject;
  StartOrder order = subject.order(FakeSubject::runs_on());
  subject.recover({order.run});
  CHECK(subject.machine().executions(order.id) == 0);
  order.id.launch = order.run.launch = 2;
  subject.start(order);
  CHECK(subject.machine().executions(order.id) == 1);
  subject.machine().kill_minder(order.id);
  REQUIRE(subject.now(order.id).lost);
  CHECK(subject.now(order.id).lost->reason == Reason::minder_killed);
}

}  // namespace
}  // namespace belfry::tests
