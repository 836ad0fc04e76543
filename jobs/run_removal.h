// Removes what runs left in the state directory: their directories, with their output.
//
// A run's directories are found by its name alone, however many attempts and launches it had. A death in between leaves
// some of them: of a run that the ledger still holds they go with it later, the others are strays.
//
// THREADS: any; takes as long as the disk does.
#pragma once

#include <functional>
#include <set>
#include <string>

#include <belfry/error.h>
#include <belfry/names.h>
#include <belfry/time.h>

namespace belfry {

// Removes every directory of these runs. What cannot be removed stays, and the first such reason is the error.
Result<void> remove_runs(const std::string& runs_path, const std::set<RunId>& runs);

// Which directories belong to no run any more: those of runs that are `unknown`, made before `made_before`, beside
// which no minder lives.
struct Strays {
  std::function<bool(const RunId&)> unknown;
  WallTime made_before;
};
Result<void> remove_strays(const std::string& runs_path, const Strays& strays);

}  // namespace belfry
