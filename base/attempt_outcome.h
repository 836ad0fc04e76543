// What the end of an attempt means by its job's rules: for the core, and for `belfry exec`, which knows no core.
#pragma once

#include <vector>

#include <belfry/launcher.h>
#include <belfry/outcome.h>
#include <belfry/policies.h>

namespace belfry {

bool holds(const std::vector<CodeRange>& ranges, int exit_code);

RunOutcome outcome_of(const AttemptEnded& ended, const Policies& policies);

}  // namespace belfry
