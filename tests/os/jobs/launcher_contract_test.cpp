// The launcher of commands keeps the contract of every launcher, on real processes.
#include <fstream>

#include <tests/contract/jobs/launcher_contract.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

class ProcessSubject {
 public:
  static Action exits(int code) { return Script{.text = "exit " + std::to_string(code)}; }
  static Action cannot_start() { return Command{{"/no/such/program"}}; }
  // Until there is a file with its exit code.
  Action runs_on() {
    return Script{.text = "f=" + bench_.scratch("end-") +
                          "$BELFRY_RUN_ID; while [ ! -s $f ]; do sleep 0.01; done; exit $(cat $f)"};
  }

  StartOrder order(Action action) { return bench_.order(std::move(action)); }
  void start(const StartOrder& order) { bench_.start(order); }
  void stop(const StopOrder& order) { bench_.launcher().stop(order); }
  const Outcome& started(const AttemptId& id) { return bench_.follow_to_start(id); }
  const Outcome& over(const AttemptId& id) { return bench_.follow_to_end(id); }
  const Outcome& now(const AttemptId& id) { return bench_.outcome(id); }
  void end(const StartOrder& order, int code) {
    std::ofstream(bench_.scratch("end-") + order.run.id.text()) << code << std::flush;
  }
  void wait_for_end(const StartOrder& order) {
    REQUIRE(eventually([&] { return bench_.has_file(order.id, "exit"); }));
  }
  void die() { bench_.destroy_launcher(); }
  void live() { bench_.create_launcher(); }
  void recover(const std::vector<Run>& runs) { bench_.recover(runs); }

 private:
  Bench bench_;
};

LAUNCHER_CONTRACT_FOR(ProcessSubject);

}  // namespace
}  // namespace belfry::tests
