#include <tests/sim/dice.h>
#include <tests/sim/faults.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

struct Bounds {
  const char* name;
  std::int64_t least;
  std::int64_t most;
};

constexpr std::int64_t operator""_min(unsigned long long value) { return static_cast<std::int64_t>(value) * 60'000; }
constexpr std::int64_t operator""_h(unsigned long long value) { return static_cast<std::int64_t>(value) * 3'600'000; }

constexpr Bounds bounds[fault_count] = {
    {"crash", 5_min, 48_h},
    {"reboot", 1_h, 96_h},
    {"minder_kill", 10_min, 48_h},
    {"clock_step", 20_min, 96_h},
    {"strobe", 20_min, 96_h},
    {"suspend", 10_min, 48_h},
    {"reload", 10_min, 48_h},
    {"request", 1_min, 12_h},
    {"ledger_trouble", 10_min, 48_h},
    {"shutdown", 30_min, 48_h},
    {"crash_at_boundary", 50, 20'000},
    {"lost_answer", 100, 30'000},
    {"slow_answer", 1'000, 200'000},
    {"slow_spawn", 1'000, 300'000},
    {"slow_report", 1'000, 200'000},
    {"start_failure", 1'000, 200'000},
    {"hang", 1'000, 100'000},
    {"stubborn", 10'000, 500'000},
    {"limit_tie", 10'000, 500'000},
    {"drift", 1, 500},
    {"late_timer", 1, 5'000},
    {"ahead", 1, 10},
};

}  // namespace

const char* name_of(Fault fault) { return bounds[static_cast<std::size_t>(fault)].name; }

// Each has dice of its own: a history without one of them keeps the others as they were.
Faults Faults::draw(std::uint64_t seed) {
  Faults faults;
  for (std::size_t i = 0; i < fault_count; ++i) {
    Dice dice(mix(seed) + i);
    if (dice.chance(500'000)) continue;
    faults.strength_[i] =
        static_cast<std::uint64_t>(dice.spread(Millis{bounds[i].least}, Millis{bounds[i].most}).count());
  }
  return faults;
}

std::string Faults::text() const {
  std::string text;
  for (std::size_t i = 0; i < fault_count; ++i) {
    if (strength_[i] > 0) text += std::string(text.empty() ? "" : " ") + bounds[i].name;
  }
  return text.empty() ? "none" : text;
}

}  // namespace belfry::sim
