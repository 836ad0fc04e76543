#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <base/text.h>
#include <tests/sim/plan.h>
#include <tests/sim/shrink.h>
#include <tests/sim/world.h>

using namespace belfry;
using namespace belfry::sim;
using namespace std::chrono_literals;

namespace {

bool is_long() { return std::getenv("BELFRY_LONG") != nullptr; }

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : parse_unsigned(text).value_or(otherwise);
}

std::string story(const Plan& plan, const Verdicts& verdicts) {
  std::string text = text_of(plan) + "\n";
  for (const std::string& line : verdicts.trace) text += line + "\n";
  for (const std::string& line : verdicts.violations) text += "violated: " + line + "\n";
  return text;
}

// Plays a history twice, so that it is seen to be the same each time. A failure is made small before it is shown.
Verdicts play(const Plan& plan) {
  Verdicts verdicts = simulate(plan);
  if (verdicts.violations.empty()) {
    const bool is_same = simulate(plan).hash == verdicts.hash;
    CHECK_MESSAGE(is_same, text_of(plan) << ": the second time is another history");
  } else if (std::getenv("BELFRY_SIM_ALL")) {
    FAIL_CHECK(story(plan, verdicts));
  } else {
    const Plan smallest = shrink(plan, verdicts, simulate);
    FAIL_CHECK(text_of(plan) << " fails; made smaller:\n" << story(smallest, simulate(smallest)));
  }
  return verdicts;
}

// Line by line: seed, hours, and what it showed.
std::vector<Plan> kept_plans() {
  std::vector<Plan> plans;
  std::ifstream file("tests/sim/kept_seeds.txt");
  REQUIRE(file.is_open());
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Plan plan;
    std::int64_t hours = 0;
    words >> plan.seed >> hours;
    REQUIRE_MESSAGE(words, line);
    plan.duration = std::chrono::hours{hours};
    plans.push_back(plan);
  }
  return plans;
}

}  // namespace

TEST_CASE("sim: S1 S2 S3 S16 S18 S21 S22 the invariants hold in every history") {
  const std::uint64_t first = number_from("BELFRY_SIM_SEED", 1);
  const std::uint64_t seeds = number_from("BELFRY_SIM_SEEDS", is_long() ? 6'000 : 150);
  Reached reached = Reached::nothing();
  Millis simulated{};
  std::int64_t turns = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const Verdicts verdicts = play(plan_of(seed));
    reached.add(verdicts.reached);
    simulated += verdicts.simulated;
    turns += verdicts.turns;
    if (!verdicts.violations.empty() && !std::getenv("BELFRY_SIM_ALL")) break;
  }
  for (const RareState& state : rare_states()) {
    MESSAGE(std::string(state.what) << ": " << reached.counts().at(state.counted_as));
  }
  for (const auto& [name, count] : reached.counts()) {
    MESSAGE(name << ": " << count);
    if (is_long()) CHECK_MESSAGE(count > 0, "never: " << name);
  }
  MESSAGE("seeds " << first << " to " << first + seeds - 1 << ", "
                   << std::chrono::duration_cast<std::chrono::days>(simulated).count() << " days, " << turns
                   << " turns");
}

TEST_CASE(
    "sim: every state in which schedulers have gone wrong is counted, and so has to be reached in the long form") {
  const Reached nothing = Reached::nothing();
  for (const RareState& state : rare_states())
    CHECK_MESSAGE(nothing.counts().contains(state.counted_as), std::string(state.what));
}

TEST_CASE("sim: every seed that ever failed") {
  for (const Plan& plan : kept_plans()) play(plan);
}

TEST_CASE("sim: different seeds are different histories") {
  CHECK(simulate({.seed = 1, .duration = 24h}).hash != simulate({.seed = 2, .duration = 24h}).hash);
}

TEST_CASE("sim: a failing history is made as small as it can be") {
  const auto fails = [](const Plan& plan) {
    Verdicts verdicts{.jobs = 20};
    const bool is_there = !plan.dropped_jobs.contains(7) && !plan.dropped_jobs.contains(12);
    const bool is_broken = is_there && plan.faults->has(Fault::crash) && plan.ends_after.value_or(168h) >= 5h;
    if (is_broken) verdicts.violations = {"2026-01-01T00:00:00Z  VIOLATED I7: late"};
    return verdicts;
  };
  Plan plan{.seed = 1, .faults = Faults::none()};
  plan.faults->set(Fault::crash, 1'000);
  plan.faults->set(Fault::suspend, 1'000);
  int plays = 0;
  const auto counted = [&](const Plan& smaller) {
    ++plays;
    return fails(smaller);
  };
  const Plan smallest = shrink(plan, fails(plan), counted);
  CHECK(smallest.dropped_jobs.size() == 18);
  CHECK(smallest.faults->text() == "crash");
  CHECK(*smallest.ends_after >= 5h);
  CHECK(*smallest.ends_after <= 5h + 1min);
  CHECK(plays < 100);
  plays = 0;
  shrink(plan, fails(plan), counted, 10);
  CHECK(plays == 10);
}
