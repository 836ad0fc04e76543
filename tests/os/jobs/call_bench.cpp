#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/output.h>
#include <tests/os/jobs/call_bench.h>

namespace belfry::tests {

Now RealClock::read() {
  const auto since = [](auto clock) { return std::chrono::floor<Millis>(clock.time_since_epoch()); };
  timespec boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &boot);
  const Millis boot_ms =
      std::chrono::floor<Millis>(std::chrono::seconds{boot.tv_sec} + std::chrono::nanoseconds{boot.tv_nsec});
  return {.wall = WallTime{since(std::chrono::system_clock::now())},
          .boot = BootTime{boot_ms},
          .awake = AwakeTime{since(std::chrono::steady_clock::now())}};
}

CallBench::CallBench(Crew::Bounds bounds) : bounds_(bounds), boot_(read_boot_id().value()) {
  REQUIRE(make_directories(runs_));
  create_launcher();
  launcher_->recover({});
}

void CallBench::destroy_launcher() {
  launcher_.reset();
  reports_.forget();
}

void CallBench::create_launcher() {
  auto opened = CallableLauncher::open({.runs_path = runs_,
                                        .boot = boot_,
                                        .callables = registry_,
                                        .clock = clock_,
                                        .crew_clock = std::make_unique<RealClock>(),
                                        .report = [this](const Report& report) { reports_.note(report); },
                                        .bounds = bounds_});
  if (!opened) FAIL(opened.error().what);
  launcher_ = *std::move(opened);
}

StartOrder CallBench::order(std::function<Result<void>(CallContext&)> body, ProcessSettings process) {
  const std::string name = "body-" + std::to_string(sequence_ + 1);
  REQUIRE(registry_.add({.name = name, .call = std::move(body)}));
  return order_of({.name = name, .with = {}}, std::move(process));
}

StartOrder CallBench::order_of(Call call, ProcessSettings process) {
  Job job{.name = JobName::parse("test-job").value(), .action = std::move(call)};
  job.process = std::make_shared<const ProcessSettings>(std::move(process));
  const WallTime now = clock_.read().wall;
  const RunId id = RunId::make(now, 1, ++sequence_);
  Run run{.id = id, .job = job.name, .sequence = sequence_, .boot = boot_, .opened = now, .due = now};
  return {.id = run.attempt_id(), .job = std::make_shared<const Job>(std::move(job)), .run = run};
}

const Outcome& CallBench::run(const StartOrder& order) {
  start(order);
  return follow_to_end(order.id);
}

std::string CallBench::output(const AttemptId& id) const {
  const auto part = read_output(runs_, id, {.stream = {}, .offset = 0, .limit = 1U << 20U});
  return part ? part->bytes : part.error().what;
}

}  // namespace belfry::tests
