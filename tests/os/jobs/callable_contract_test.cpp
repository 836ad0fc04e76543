// The launcher of callables keeps the contract of every launcher, as far as it can: what executes inside the daemon
// dies with it, so the cases of jobs that outlive one are not its. callable_test.cpp has those of its own.
#include <condition_variable>
#include <map>
#include <mutex>

#include <tests/contract/jobs/launcher_contract.h>
#include <tests/os/jobs/call_bench.h>

namespace belfry::tests {
namespace {

// Lets calls that run on end, from another thread.
class Gates {
 public:
  Result<void> wait(CallContext& run) {
    std::unique_lock lock(mutex_);
    const RunId id = run.run().id;
    if (!wake_.wait(lock, run.stop(), [&] { return codes_.contains(id); }))
      return std::unexpected(Error::failed("told"));
    return end_with(run, codes_.at(id));
  }
  void open(const RunId& id, int code) {
    const std::lock_guard lock(mutex_);
    codes_.emplace(id, code);
    wake_.notify_all();
  }
  static Result<void> end_with(CallContext& run, int code) {
    if (code == 0) return {};
    run.fail_with({.exit_code = code});
    return std::unexpected(Error::failed("code " + std::to_string(code)));
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<RunId, int> codes_;
};

class CallSubject {
 public:
  CallSubject() {
    for (int code = 0; code < 16; ++code) {
      REQUIRE(bench_.registry().add({.name = "exits-" + std::to_string(code),
                                     .call = [code](CallContext& run) { return Gates::end_with(run, code); }}));
    }
    REQUIRE(bench_.registry().add({.name = "runs-on", .call = [this](CallContext& run) { return gates_.wait(run); }}));
  }

  static Action exits(int code) { return Call{.name = "exits-" + std::to_string(code), .with = {}}; }
  static Action cannot_start() { return Call{.name = "there-is-none", .with = {}}; }
  static Action runs_on() { return Call{.name = "runs-on", .with = {}}; }

  StartOrder order(const Action& action) { return bench_.order_of(std::get<Call>(action)); }
  void start(const StartOrder& order) { bench_.start(order); }
  void stop(const StopOrder& order) { bench_.launcher().stop(order); }
  const Outcome& started(const AttemptId& id) { return bench_.follow_to_start(id); }
  const Outcome& over(const AttemptId& id) { return bench_.follow_to_end(id); }
  const Outcome& now(const AttemptId& id) { return bench_.outcome(id); }
  void end(const StartOrder& order, int code) { gates_.open(order.id.run, code); }
  void die() { bench_.destroy_launcher(); }
  void live() { bench_.create_launcher(); }
  void recover(const std::vector<Run>& runs) { bench_.launcher().recover(runs); }

 private:
  Gates gates_;  // outlives the bench's threads
  CallBench bench_;
};

TEST_CASE_TEMPLATE_APPLY(launcher_contract_end, std::tuple<CallSubject>);
TEST_CASE_TEMPLATE_APPLY(launcher_contract_start_failure, std::tuple<CallSubject>);
TEST_CASE_TEMPLATE_APPLY(launcher_contract_many, std::tuple<CallSubject>);
TEST_CASE_TEMPLATE_APPLY(launcher_contract_never_executed, std::tuple<CallSubject>);
TEST_CASE_TEMPLATE_APPLY(launcher_contract_reboot, std::tuple<CallSubject>);
TEST_CASE_TEMPLATE_APPLY(launcher_contract_stop, std::tuple<CallSubject>);
TEST_CASE_TEMPLATE_APPLY(launcher_contract_stop_at_once, std::tuple<CallSubject>);

}  // namespace
}  // namespace belfry::tests
