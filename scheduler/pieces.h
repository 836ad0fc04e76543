// The slots that have come due for a job, divided by what becomes of them. Whatever their number, the division is as
// long as the number of different fates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <belfry/names.h>
#include <belfry/outcome.h>
#include <belfry/schedule.h>

namespace belfry {

// What becomes of slots that do not run.
struct SlotFate {
  SlotOutcome outcome = SlotOutcome::skipped;
  Reason reason = Reason::none;
  std::optional<RunId> cause;
  std::string detail;
};

struct Piece {
  Stretch slots;
  std::optional<SlotFate> fate;  // none: not decided yet
};

class Pieces {
 public:
  // Those that a calendar excludes have their fate. REQUIRES: stretch was given by schedule.slots_in().
  Pieces(const Schedule& schedule, const Stretch& stretch);

  std::int64_t undecided() const;
  bool is_oldest_decided() const { return pieces_.front().fate.has_value(); }
  WallTime newest_undecided() const;  // REQUIRES: undecided() > 0
  WallTime oldest_undecided() const;  // likewise

  void decide_all(const SlotFate& fate);
  void decide_oldest(std::int64_t count, const SlotFate& fate);
  void decide_upto(WallTime last, const SlotFate& fate);

  // Leaves the slots from this one on to a later decision.
  void keep_from(WallTime first);

  // Oldest first.
  const std::vector<Piece>& list() const { return pieces_; }

 private:
  const Schedule& schedule_;
  std::vector<Piece> pieces_;
};

}  // namespace belfry
