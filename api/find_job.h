// Jobs by what a request says: one by name, or several by names, tags, or all.
#pragma once

#include <string>
#include <vector>

#include <belfry/error.h>
#include <belfry/scheduler.h>

#include <api/body.h>

namespace belfry::api {

// not_found: with the nearest name.
Result<JobView> find_job(const View& view, const std::string& name);

// In file order. not_found: no job has any of the tags.
Result<std::vector<JobName>> find_jobs(const View& view, const Selection& selection);

bool has_tag(const Job& job, std::string_view tag);

}  // namespace belfry::api
