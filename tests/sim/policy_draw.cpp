#include <string>

#include <tests/sim/policy_draw.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

std::uint32_t up_to(Dice& dice, std::uint32_t most) { return static_cast<std::uint32_t>(dice.below(most + 1)); }

MissedPolicy draw_missed(Dice& dice) {
  MissedPolicy missed{.action = static_cast<MissedPolicy::Action>(dice.below(3))};
  if (dice.chance(500'000)) missed.within = dice.spread(1min, 72h);
  if (dice.chance(500'000)) missed.max = 1 + static_cast<std::int64_t>(dice.below(5));
  if (dice.chance(200'000)) missed.max = 150;
  return missed;
}

OverlapPolicy draw_overlap(Dice& dice) {
  OverlapPolicy overlap{.action = static_cast<OverlapPolicy::Action>(dice.below(4)), .max_waiting = up_to(dice, 3)};
  if (dice.chance(500'000)) overlap.max_running = 1 + up_to(dice, 3);
  return overlap;
}

RetryPolicy draw_retry(Dice& dice) {
  RetryPolicy retry{.max = up_to(dice, 4),
                    .delay = dice.spread(100ms, 5min),
                    .backoff = 1.0 + static_cast<double>(dice.below(20)) / 10,
                    .max_delay = dice.spread(1s, 10min),
                    .jitter = static_cast<RetryPolicy::Jitter>(dice.below(2))};
  if (dice.chance(250'000)) retry.delays = {dice.spread(1s, 1min), dice.spread(1s, 10min)};
  if (dice.chance(200'000)) retry.exit_codes = {{1, 40}, {75, 75}};
  if (dice.chance(200'000)) retry.not_exit_codes = {{41, 60}};
  if (dice.chance(200'000)) retry.on.exit = false;
  if (dice.chance(200'000)) retry.on.signal = false;
  if (dice.chance(200'000)) retry.on.timeout = false;
  if (dice.chance(200'000)) retry.on.start = false;
  if (dice.chance(400'000)) retry.on.lost = false;
  if (dice.chance(200'000)) retry.within = dice.spread(10s, 1h);
  if (dice.chance(300'000)) retry.while_waiting = RetryPolicy::WhileWaiting::hold;
  return retry;
}

}  // namespace

Policies draw_policies(Dice& dice) {
  Policies policies{.missed = draw_missed(dice), .overlap = draw_overlap(dice)};
  if (dice.chance(500'000)) policies.retry = draw_retry(dice);
  if (dice.chance(300'000)) policies.on_lost = OnLost::rerun;
  if (dice.chance(400'000)) policies.timeout = dice.spread(1s, 2h);
  if (dice.chance(250'000)) policies.deadline = dice.spread(10s, 6h);
  if (dice.chance(200'000)) policies.success_exit_codes = {{3, 5}};
  if (dice.chance(600'000)) policies.queue = "q" + std::to_string(dice.below(4));
  policies.priority = static_cast<int>(dice.below(4));
  if (dice.chance(100'000)) policies.max_runs = 1 + static_cast<std::int64_t>(dice.below(15));
  if (dice.chance(150'000)) policies.pause_after_failures = 1 + up_to(dice, 3);
  return policies;
}

DaemonLimits draw_limits(Dice& dice) {
  DaemonLimits limits;
  constexpr std::uint32_t most[] = {2, 10, 100};
  limits.max_running = dice.chance(300'000) ? std::nullopt : std::optional(most[dice.below(3)]);
  if (dice.chance(200'000)) limits.start_rate = 1 + up_to(dice, 9);
  if (dice.chance(300'000)) limits.catch_up_spacing = dice.spread(1ms, 10s);
  return limits;
}

// q0 has one place, q1 a rate, q2 a short line; q3 is not defined.
std::vector<QueueDefinition> draw_queues(Dice& dice) {
  return {{.name = "default", .concurrency = dice.chance(500'000) ? std::optional(8U) : std::nullopt},
          {.name = "q0", .concurrency = 1 + up_to(dice, 1)},
          {.name = "q1", .start_rate = 1 + up_to(dice, 4)},
          {.name = "q2", .concurrency = 1 + up_to(dice, 2), .max_waiting = up_to(dice, 3)}};
}

}  // namespace belfry::sim
