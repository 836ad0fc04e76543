#include <doctest/doctest.h>

#include <daemon/held_back.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

StartOrder start(std::uint64_t number, std::optional<Millis> deadline = std::nullopt) {
  const JobName name = *JobName::parse("report");
  const Run run{.id = RunId::make(WallTime{1h}, 7, number), .job = name};
  Job job{.name = name, .action = Script{"true"}};
  job.policies = std::make_shared<const Policies>(Policies{.deadline = deadline});
  return {.id = {.run = run.id, .attempt = 1, .launch = 1}, .job = std::make_shared<const Job>(job), .run = run};
}

}  // namespace

TEST_CASE("daemon/held_back: S5 everything but what is to be persisted is kept, in its order, from several decisions") {
  HeldBack held;
  for (const std::uint64_t number : {1UL, 2UL}) {
    Actions actions;
    actions.starts.push_back(start(number));
    actions.answers.push_back({.id = RequestId{number}, .result = Done{}});
    held.add(actions);
    CHECK(actions.starts.empty());
    CHECK(actions.answers.empty());
  }
  REQUIRE(held.actions().starts.size() == 2);
  CHECK(held.actions().starts[0].id == start(1).id);
  REQUIRE(held.actions().answers.size() == 2);
  CHECK(held.actions().answers[1].id == RequestId{2});
}

TEST_CASE("daemon/held_back: S26 if the machine slept meanwhile, what has a deadline is to be decided again") {
  HeldBack held;
  Actions actions;
  actions.starts = {start(1, 10s), start(2), start(3, 3h)};
  held.add(actions);
  CHECK(held.take_out_late(999ms).empty());
  CHECK(held.actions().starts.size() == 3);
  const auto taken = held.take_out_late(1h);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0] == start(1).id);
  CHECK(taken[1] == start(3).id);
  REQUIRE(held.actions().starts.size() == 1);
  CHECK(held.actions().starts[0].id == start(2).id);
}
