// What an attempt wrote, read back from its run directory, also while it still writes.
#pragma once

#include <string>

#include <belfry/error.h>
#include <belfry/names.h>
#include <belfry/output.h>

namespace belfry {

// not_found: the output of this attempt is not kept any more, or it never started.
Result<OutputPart> read_output(const std::string& runs_path, const AttemptId& id, const OutputQuery& query);

}  // namespace belfry
