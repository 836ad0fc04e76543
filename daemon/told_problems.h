// What is wrong with a file, from the room that reads it to the room that tells it.
#pragma once

#include <vector>

#include <api/backend.h>
#include <config/load.h>

namespace belfry {

std::vector<api::FileProblem> told_of(const std::vector<config::Problem>& problems);

}  // namespace belfry
