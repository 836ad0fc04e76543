// Holds what the ledger says against what the jobs put down, and against the schedule.
#pragma once

#include <string>

#include <tests/storm/site.h>

namespace belfry::storm {

struct Audit {
  std::size_t runs = 0;
  std::size_t relaunched = 0;  // started again under a new launch number, because they had never executed
  std::size_t lost = 0;
  std::size_t cancelled = 0;
  std::int64_t slots = 0;            // all of them, from the first to the last
  std::size_t doubled = 0;           // attempts that executed more than once
  std::size_t unheard = 0;           // runs that are said to have executed and did not, or the other way round
  std::size_t wrong_ends = 0;        // another exit code than the job's
  std::size_t not_started = 0;       // their start failed: something was in the way
  std::int64_t without_outcome = 0;  // slots
  std::int64_t decided_twice = 0;
  std::string first_finding;

  bool is_clean() const {
    return doubled == 0 && unheard == 0 && wrong_ends == 0 && without_outcome == 0 && decided_twice == 0;
  }
};

Audit audit(const Site& site);

// Fails the test otherwise, with what was found and the end of the daemon's log.
void require_clean(const Audit& found, const Site& site);

}  // namespace belfry::storm
