// Policies and limits by dice: all words of them, with bounds small enough to be met.
#pragma once

#include <vector>

#include <belfry/policies.h>

#include <tests/sim/dice.h>

namespace belfry::sim {

Policies draw_policies(Dice& dice);
DaemonLimits draw_limits(Dice& dice);
std::vector<QueueDefinition> draw_queues(Dice& dice);

}  // namespace belfry::sim
