#include <doctest/doctest.h>

#include <scheduler/queues.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

BootTime at(Millis t) { return BootTime{t}; }

DaemonLimits unlimited() { return {.max_running = std::nullopt}; }

}  // namespace

TEST_CASE("scheduler/queues: S23 first the higher priority, then the older run") {
  Queues queues(unlimited());
  const QueueIndex queue = queues.find("default");
  queues.wait(queue, 10, {.priority = 0, .sequence = 1});
  queues.wait(queue, 11, {.priority = 0, .sequence = 2});
  queues.wait(queue, 12, {.priority = 5, .sequence = 3});
  queues.wait(queue, 13, {.priority = -5, .sequence = 0});
  queues.forget(queue, 11);
  CHECK(queues.admit_next(at(0s)) == 12u);
  CHECK(queues.admit_next(at(0s)) == 10u);
  CHECK(queues.admit_next(at(0s)) == 13u);
  CHECK_FALSE(queues.admit_next(at(0s)));
}

TEST_CASE("scheduler/queues: S23 a queue that is full holds up only itself") {
  Queues queues(unlimited());
  queues.define({{.name = "narrow", .concurrency = 1, .max_waiting = 1}});
  const QueueIndex narrow = queues.find("narrow"), wide = queues.find("wide");
  CHECK_FALSE(queues.is_full(narrow));
  queues.wait(narrow, 1, {.priority = 9, .sequence = 1});
  CHECK_FALSE(queues.is_full(narrow));  // this one will start, and one more may wait
  queues.wait(narrow, 2, {.priority = 9, .sequence = 2});
  CHECK(queues.is_full(narrow));
  queues.wait(wide, 3, {.priority = 0, .sequence = 3});
  CHECK(queues.admit_next(at(0s)) == 1u);
  CHECK(queues.admit_next(at(0s)) == 3u);
  CHECK_FALSE(queues.admit_next(at(0s)));
  queues.leave(narrow);
  CHECK(queues.admit_next(at(0s)) == 2u);
  CHECK(queues.running(narrow) == 1);
  CHECK_FALSE(queues.is_full(wide));
}

TEST_CASE("scheduler/queues: S23 the daemon's bound holds over all queues, also for runs of an earlier daemon") {
  Queues queues({.max_running = 2});
  const QueueIndex a = queues.find("a"), b = queues.find("b");
  queues.adopt(a);
  queues.wait(a, 1, {.sequence = 1});
  queues.wait(b, 2, {.sequence = 2});
  CHECK(queues.admit_next(at(0s)) == 1u);
  CHECK_FALSE(queues.admit_next(at(0s)));
  queues.leave(a);
  CHECK(queues.admit_next(at(0s)) == 2u);
}

TEST_CASE("scheduler/queues: S23 a reload changes the bounds and keeps who waits and who runs") {
  Queues queues(unlimited());
  queues.define({{.name = "q", .concurrency = 1}});
  const QueueIndex queue = queues.find("q");
  queues.wait(queue, 1, {.sequence = 1});
  queues.wait(queue, 2, {.sequence = 2});
  CHECK(queues.admit_next(at(0s)) == 1u);
  CHECK_FALSE(queues.admit_next(at(0s)));
  queues.define({{.name = "q", .concurrency = 2}});
  CHECK(queues.admit_next(at(0s)) == 2u);
  queues.define({});  // no bounds any more
  CHECK(queues.find("q") == queue);
  CHECK(queues.running(queue) == 2);
}

TEST_CASE("scheduler/start_gate: S23 a rate lets one go at a time, keeps a little credit, and says when the next may") {
  StartGate gate({.rate = 4});
  CHECK(gate.is_open(at(10s)));
  gate.enter(at(10s));
  CHECK_FALSE(gate.is_open(at(10s)));
  CHECK(gate.opens_at(at(10s)) == at(10s + 250ms));
  CHECK_FALSE(gate.is_open(at(10s + 249ms)));
  CHECK(gate.is_open(at(10s + 250ms)));
  gate.enter(at(10s + 250ms));
  CHECK(gate.is_open(at(1h)));  // an hour of rest is no licence for a burst
  gate.enter(at(1h));
  CHECK_FALSE(gate.is_open(at(1h)));

  StartGate quick({.rate = 1'000});
  int starts = 0;
  while (quick.is_open(at(1h))) quick.enter(at(1h)), ++starts;
  CHECK(starts == 100);  // a tenth of a second's worth
}

TEST_CASE("scheduler/queues: S23 the next admission is told only if a rate is all that is waited for") {
  Queues queues({.max_running = 1, .start_rate = 2});
  const QueueIndex queue = queues.find("q");
  queues.wait(queue, 1, {.sequence = 1});
  queues.wait(queue, 2, {.sequence = 2});
  CHECK(queues.admit_next(at(1s)) == 1u);
  CHECK_FALSE(queues.next_admission(at(1s)));  // a place is missing too
  queues.leave(queue);
  CHECK(queues.next_admission(at(1s)) == at(1s + 500ms));
}
