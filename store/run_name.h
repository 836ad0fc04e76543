// How messages name a run.
#pragma once

#include <string>

#include <belfry/run.h>

namespace belfry {

// "run 01K... of job backup for slot 2026-11-20T09:00:00Z"
std::string name_of(const Run& run);

}  // namespace belfry
