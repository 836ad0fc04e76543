// The audit of the ledger, over the jobs in force (S1).
#pragma once

#include <belfry/job.h>
#include <belfry/store.h>
#include <belfry/time.h>

#include <api/backend.h>

namespace belfry {

// Of the newest seven days of each job that has a schedule; what was pruned there is passed over. THREADS: the
// History's.
Result<api::AuditFacts> audit_ledger(History& history, const JobSet& jobs, WallTime now);

}  // namespace belfry
