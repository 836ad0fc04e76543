// From a minder's exit record to what the core is told.
#pragma once

#include <belfry/launcher.h>

#include <jobs/job_files.h>
#include <jobs/records.h>

namespace belfry {

struct EndFacts {
  AttemptId id;
  Reason stop = Reason::none;  // why it was told to stop, if it was
  const ExitRecord& record;
  JobResult result;
};

// AttemptEnded or AttemptStartFailed.
Report end_report(const EndFacts& facts);

}  // namespace belfry
