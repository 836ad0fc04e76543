// From what a person types to a run: a job's name means its newest run, anything else is the beginning of an id.
#pragma once

#include <string>

#include <belfry/error.h>

#include <cli/daemon_link.h>

namespace belfry::cli {

// The API's object of the run, as JSON text. not_found: there is neither such a job nor such a run, or the job has
// never run. failed: more than one run begins so.
Result<std::string> find_run_document(const DaemonLink& daemon, const std::string& job_or_run);

}  // namespace belfry::cli
