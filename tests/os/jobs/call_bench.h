// A workbench for callables: a runs directory, a registry, a launcher on them, and what it reports.
#pragma once

#include <memory>
#include <string>

#include <jobs/callable_launcher.h>
#include <jobs/registry.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {

class RealClock final : public Clock {
 public:
  Now read() override;
};

class CallBench : public Follower {
 public:
  explicit CallBench(Crew::Bounds bounds = {});

  const std::string& runs() const { return runs_; }
  const BootId& boot() const { return boot_; }
  CallableLauncher& launcher() { return *launcher_; }
  Registry& registry() { return registry_; }

  // As a daemon that goes, and one that comes after it.
  void destroy_launcher();
  void create_launcher();

  // An order for a callable of its own, made of this function.
  StartOrder order(std::function<Result<void>(CallContext&)> body, ProcessSettings process = {});
  StartOrder order_of(Call call, ProcessSettings process = {});

  void start(const StartOrder& order) { launcher_->start(order); }
  const Outcome& run(const StartOrder& order);

  // What it wrote, as `belfry logs` reads it.
  std::string output(const AttemptId& id) const;

 private:
  int launcher_fd() const override { return launcher_->fd(); }
  void dispatch() override { launcher_->dispatch(); }

  TempDir directory_;
  std::string runs_ = directory_ / "runs";
  Crew::Bounds bounds_;
  BootId boot_;
  RealClock clock_;
  Registry registry_;
  std::uint64_t sequence_ = 0;
  std::unique_ptr<CallableLauncher> launcher_;
};

}  // namespace belfry::tests
