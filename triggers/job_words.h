// When a job is due, in plain English. Pure.
#pragma once

#include <string>

#include <belfry/job.h>

namespace belfry {

// Its schedule, and whatever else starts it: "At 02:30 every day; and: After verify succeeds". The zone is not in it.
std::string describe_triggers(const Job& job);

}  // namespace belfry
