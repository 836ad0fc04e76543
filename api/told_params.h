// The parameters of a request, held against the job's definitions (S38).
#pragma once

#include <expected>
#include <string>
#include <vector>

#include <belfry/job.h>

#include <api/problem.h>

namespace belfry::api {

// What the run is told, its fallbacks included. The problem names everything that is wrong at once, and for each what
// to write; `subject` is what was not done: "job 'restore' was not started".
std::expected<Params, Problem> told_params(const Job& job, const std::vector<Param>& given, const std::string& subject);

}  // namespace belfry::api
