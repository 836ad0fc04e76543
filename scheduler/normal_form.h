// The canonical text of a job's triggers.
#pragma once

#include <string>

#include <belfry/job.h>

namespace belfry {

// One canonical text for everything that says when a job is due. Two jobs with the same text are due alike, as far as
// anybody can say beforehand.
std::string triggers_normal_form(const Job& job);

}  // namespace belfry
