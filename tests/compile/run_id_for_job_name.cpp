// Runs and jobs both have a text for a name; a query for the one must not accept the other.
// refused: no match for 'operator=='
#include <belfry/run.h>

bool belongs_to(const belfry::Run& run, const belfry::JobName& job) {
#ifdef MISTAKE
  return run.id == job;
#else
  return run.job == job;
#endif
}
