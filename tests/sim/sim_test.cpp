#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <base/text.h>
#include <tests/sim/world.h>

using namespace belfry;
using namespace belfry::sim;

namespace {

bool is_long() { return std::getenv("BELFRY_LONG") != nullptr; }

std::uint64_t first_seed() {
  const char* text = std::getenv("BELFRY_SIM_SEED");
  return text == nullptr ? 1 : parse_unsigned(text).value_or(1);
}

// An hour, a day or a week: short histories have jobs that are due each second.
Millis duration_of(std::uint64_t seed) {
  constexpr std::chrono::hours durations[] = {std::chrono::hours{1}, std::chrono::hours{24}, std::chrono::hours{168}};
  return durations[seed % 3];
}

std::string story(const Verdicts& verdicts) {
  std::string text;
  for (const std::string& line : verdicts.trace) text += line + "\n";
  for (const std::string& line : verdicts.violations) text += "violated: " + line + "\n";
  return text;
}

// Fewer jobs and less time, as long as it still fails: what a person has to read.
Plan shrunk(Plan plan) {
  for (bool shrinks = true; shrinks;) {
    shrinks = false;
    for (Plan smaller : {Plan{plan.seed, plan.duration, plan.jobs_max / 2, plan.faults},
                         Plan{plan.seed, plan.duration, plan.jobs_max - 1, plan.faults},
                         Plan{plan.seed, plan.duration / 2, plan.jobs_max, plan.faults}}) {
      if (smaller.jobs_max == 0 || smaller.duration < std::chrono::minutes{1}) continue;
      if (simulate(smaller).violations.empty()) continue;
      plan = smaller;
      shrinks = true;
      break;
    }
  }
  return plan;
}

}  // namespace

TEST_CASE("sim: S1 S2 S3 S16 S18 S21 S22 the invariants hold in every history") {
  const std::uint64_t seeds = is_long() ? 2'000 : 24;
  Reached reached;
  Millis simulated{};
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds; ++seed) {
    const Plan plan{.seed = seed, .duration = duration_of(seed)};
    const Verdicts verdicts = simulate(plan);
    reached.add(verdicts.reached);
    simulated += verdicts.simulated;
    if (verdicts.violations.empty()) continue;
    const Plan small = shrunk(plan);
    FAIL("seed " << seed << ", " << small.jobs_max << " jobs, " << format_duration(small.duration) << "\n"
                 << story(simulate(small)));
  }
  for (const auto& [name, counter] : Reached::names()) {
    MESSAGE(std::string(name) << ": " << reached.*counter);
    CHECK_MESSAGE(reached.*counter > 0, name);
  }
  MESSAGE("simulated " << std::chrono::duration_cast<std::chrono::days>(simulated).count() << " days");
}

TEST_CASE("sim: a seed is the same history every time") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Plan plan{.seed = seed, .duration = std::chrono::hours{24}};
    CHECK(simulate(plan).hash == simulate(plan).hash);
  }
  CHECK(simulate({.seed = 1}).hash != simulate({.seed = 2}).hash);
}
