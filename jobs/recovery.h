// Finds out what became of a launch that an earlier daemon left behind, or whose minder has died.
//
// The order is the protocol; each step makes the next one safe:
//   1. an exit record                 -> it ended, whatever happened since (also in the shutdown of another boot)
//   2. recorded in another boot       -> lost (reboot): a power cut may have taken a claim that was not on the disk yet
//   3. our own claim succeeds, or the -> never executed, and never will: a minder that comes late finds the claim
//   taken.
//      claim is recovery's already       The claim is made here and never undone, so this may die anywhere and be
//      repeated
//   4. the lock is held               -> adopt: the minder lives and goes on
//   5. the lock is obtained           -> look for the exit record once more: it may have been written after step 1.
//                                        None: kill what the minder left running, see it dead, lost (minder killed).
//                                        A claim that names no job is of a start that failed before there was one
#pragma once

#include <string>
#include <variant>

#include <jobs/records.h>

namespace belfry {

struct Ended {
  ExitRecord record;
};
struct Lost {
  Reason reason = Reason::reboot;
};
struct NeverExecuted {};
struct Alive {
  Fd minder;  // its pidfd
  Claim claim;
};
using Fate = std::variant<Ended, Lost, NeverExecuted, Alive>;

struct LaunchFacts {
  std::string directory;
  BootId recorded_in;  // the boot in which the ledger recorded the launch
  BootId boot;         // this one
};

Fate find_fate(const LaunchFacts& launch);

// Step 5 alone: the minder of this claim is known to be dead.
Fate fate_without_minder(const std::string& directory, const Claim& claim);

}  // namespace belfry
