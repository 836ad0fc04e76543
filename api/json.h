// The vocabulary as JSON: the API's objects. Every object always has all of its keys; what does not apply is null.
// Times are RFC 3339 in UTC. Text that is not UTF-8 is mended with U+FFFD rather than refused.
//
// The one file of this room that names nlohmann/json: it is slow to compile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/run.h>
#include <belfry/scheduler.h>

#include <api/backend.h>
#include <api/problem.h>

namespace belfry::api {

// {id, job, slot, trigger, attempt, state, outcome, reason, ...}: `state` while it is open, `outcome` when it is
// closed.
std::string run_json(const Run& run);

// {name, description, tags, schedule, timezone, enabled, next, last, open}
std::string job_json(const JobView& job);

// What lists of times need to be shown to a person: the file's zone, and the daemon's clock.
struct ListFrame {
  WallTime now;
  std::string timezone;
};

// {now, timezone, runs: [...], before}: `before` asks for the next page; null on the last one.
std::string runs_json(const std::vector<Run>& runs, std::optional<RunId> before, const ListFrame& frame);

std::string jobs_json(const std::vector<JobView>& jobs, const ListFrame& frame);
std::string upcoming_json(const std::vector<UpcomingSlot>& slots, const ListFrame& frame);

std::string status_json(const StatusFacts& facts, const View& view);
std::string problem_json(const Problem& problem);

// What may stand in the body of a request for a run: nothing, or an object without keys.
Result<void> check_run_order(std::string_view body);

}  // namespace belfry::api
