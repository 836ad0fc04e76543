// How fast the simulation is, in processor time of one core.
#include <sys/resource.h>

#include <cstdio>

#include <tests/sim/plan.h>
#include <tests/sim/world.h>

namespace belfry::sim {

namespace {

constexpr std::uint64_t histories = 100;

double cpu_minutes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return (static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6) / 60;
}

void print(const char* name, double value, double target) {
  std::printf("%-40s %12.1f        target %10.0f ... %s\n", name, value, target,
              value >= target ? "done" : "falls short");
}

struct Pace {
  double years = 0;
  double histories = 0;
  double turns = 0;
};

Pace pace(std::optional<std::size_t> jobs) {
  const double begin = cpu_minutes();
  Millis simulated{};
  double turns = 0;
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    const Verdicts verdicts = simulate({.seed = seed, .jobs = jobs});
    simulated += verdicts.simulated;
    turns += static_cast<double>(verdicts.turns);
  }
  const double minutes = cpu_minutes() - begin;
  return {.years = static_cast<double>(simulated / std::chrono::days{1}) / 365.25 / minutes,
          .histories = static_cast<double>(histories) / minutes,
          .turns = turns / minutes};
}

}  // namespace

}  // namespace belfry::sim

int main() {
  using namespace belfry::sim;
  const Pace of_twenty = pace(20);
  const Pace of_drawn = pace(std::nullopt);
  print("years_per_minute_with_20_jobs", of_twenty.years, 20);
  print("weeks_per_minute", of_drawn.histories, 1'000);
  std::printf("%-40s %12.0f        (20 jobs; checked by the witness)\n", "turns_per_minute", of_twenty.turns);
}
