// Retention at work: prunes the ledger now and then, on request too, and removes the files of what it has forgotten.
//
// Theory of operation. The ledger goes first, step by step on the writer's thread (a commit waits for one step at
// most); the files follow on a thread of their own, many at a time, because finding them means reading the directory. A
// death in between leaves directories of runs that the ledger does not know: those are looked for once, at the start.
//
// THREADS: take_turn() and wakes_in() on the loop's; prune() on any.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <belfry/retention.h>
#include <belfry/store.h>

#include <base/worker.h>
#include <store/writer.h>

namespace belfry {

class Retention final : public HistoryPruner {
 public:
  // Not in the rush of a start; from then on often enough that little piles up.
  static constexpr Millis first_after{5'000};
  static constexpr Millis every = std::chrono::minutes{5};
  // Directories of runs that nobody knows, but which are younger, may be all that is left of a damaged ledger.
  static constexpr Millis strays_stay = std::chrono::days{1};

  struct Rooms {
    Writer& writer;  // outlives this one
    std::string runs_path;
    std::unique_ptr<History> history;  // for the cleaner's thread alone
  };

  Retention(Rooms rooms, Keep keep, BootTime now);

  void take_turn(BootTime now);
  Millis wakes_in(BootTime now) const;

  void prune(const Keep& keep, std::function<void(const Result<PruneReport>&)> done) override;

 private:
  struct Files;  // what goes on beside the loop
  void remove_strays();

  const Keep keep_;
  Writer& writer_;
  BootTime next_;
  std::shared_ptr<Files> files_;
};

}  // namespace belfry
