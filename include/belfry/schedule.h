// When a job is due: a pure, immutable value. It knows no clock and keeps no state, so everything about it can
// be previewed and tested: the same question always has the same answer.
//
// A Schedule is the union of its triggers (S10): one slot per instant, strictly increasing in UTC (S4). Copies
// share the compiled triggers and the zones they were built with; a Schedule is as cheap to copy as a pointer.
//
// How a schedule is made from text is the business of triggers/ (parse_schedule and friends).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/time.h>
#include <belfry/zone.h>

namespace belfry {

// Consecutive slots of one schedule, however many, in constant space.
struct Stretch {
  WallTime first;
  WallTime last;
  std::int64_t count = 0;  // of all slots in [first, last], at least 1
};

class Schedule {
 public:
  // The compiled triggers; triggers/ implements it.
  class Rules {
   public:
    virtual ~Rules() = default;
    virtual std::optional<WallTime> next_after(WallTime t) const = 0;
    virtual std::optional<Stretch> slots_in(WallTime after, WallTime upto) const = 0;
    virtual std::string normal_form() const = 0;

    virtual std::string describe() const { return normal_form(); }
    virtual std::vector<LocalTime> readings(WallTime) const { return {}; }
    virtual std::vector<std::string> notes(WallTime, WallTime) const { return {}; }
    virtual std::optional<std::string> excluded(WallTime) const { return std::nullopt; }
    virtual WallTime same_verdict_upto(WallTime) const { return WallTime::max(); }
    virtual Millis delay(WallTime) const { return Millis{0}; }
    virtual bool follows_elapsed_time() const { return false; }
  };

  Schedule() = default;  // `manual`: never due by itself
  explicit Schedule(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

  bool is_manual() const { return rules_ == nullptr; }

  // The first slot later than t. GUARANTEES: result > t; bounded time for every schedule; no allocation.
  std::optional<WallTime> next_after(WallTime t) const { return rules_ ? rules_->next_after(t) : std::nullopt; }

  // The slots in (after, upto]: the first, the last and how many, or nothing if there is none. Not a walk over
  // every slot: constant time for intervals, and for calendars no more than a long outage is worth.
  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const {
    return rules_ ? rules_->slots_in(after, upto) : std::nullopt;
  }

  // One canonical text for the same schedule, zone included. Two schedules with the same normal form are due at the
  // same instants; a reload compares it to decide whether a job's triggers changed (S19).
  std::string normal_form() const { return rules_ ? rules_->normal_form() : "manual"; }

  // In plain English: "At 02:30 every day". The zone is not in it.
  std::string describe() const { return rules_ ? rules_->describe() : "Only when somebody asks for it"; }

  // The readings for which `slot` stands, oldest first. One, as a rule. Where clocks are put forward the times in
  // the gap may all fall on one instant: that slot keeps their names (S14). None for intervals, which read no clock.
  // REQUIRES: slot is a slot.
  std::vector<LocalTime> readings(WallTime slot) const {
    return rules_ ? rules_->readings(slot) : std::vector<LocalTime>{};
  }

  // What a person should know about `slot` coming next after `after`: it was moved by DST, others before it were
  // dropped, the month was too short, a calendar excludes it. REQUIRES: slot == next_after(after).
  std::vector<std::string> notes(WallTime after, WallTime slot) const {
    return rules_ ? rules_->notes(after, slot) : std::vector<std::string>{};
  }

  // Why the job does not run in a slot that is one nevertheless (S10): "excluded by calendar de-holidays". Such a slot
  // ends as `skipped`. Nothing: it is not excluded. REQUIRES: slot is a slot.
  std::optional<std::string> excluded(WallTime slot) const { return rules_ ? rules_->excluded(slot) : std::nullopt; }

  // The last instant up to which excluded() says the same of every slot from `slot` on: the end of a day, or far away.
  // With it a long stretch is divided by days and not by slots. REQUIRES: slot is a slot. GUARANTEES: result >= slot.
  WallTime same_verdict_upto(WallTime slot) const { return rules_ ? rules_->same_verdict_upto(slot) : WallTime::max(); }

  // How much later than its nominal time a slot is due, by jitter and spread (S11). Always the same for the same slot,
  // and slot + delay is before the next slot.
  Millis delay(WallTime slot) const { return rules_ ? rules_->delay(slot) : Millis{0}; }

  // Its slots are points of elapsed time, which goes on steadily when somebody sets the wall clock (S8): true for
  // intervals, false as soon as a calendar has a say.
  bool follows_elapsed_time() const { return rules_ && rules_->follows_elapsed_time(); }

  const std::shared_ptr<const Rules>& rules() const { return rules_; }

 private:
  std::shared_ptr<const Rules> rules_;
};

}  // namespace belfry
