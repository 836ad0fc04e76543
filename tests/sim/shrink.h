// Makes a history that breaks an invariant as small as it can: without jobs, then without faults, then shorter.
#pragma once

#include <functional>
#include <string>

#include <tests/sim/plan.h>
#include <tests/sim/world.h>

namespace belfry::sim {

// What a person types to see it again.
std::string text_of(const Plan& plan);

// The smallest plan found that breaks the same invariant as `verdicts` of `plan` do. `play` is simulate(), and is
// called at most `plays_max` times.
Plan shrink(Plan plan, const Verdicts& verdicts, const std::function<Verdicts(const Plan&)>& play, int plays_max = 400);

}  // namespace belfry::sim
