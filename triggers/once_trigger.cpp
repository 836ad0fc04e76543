#include <base/text.h>
#include <triggers/local_text.h>
#include <triggers/once_trigger.h>

namespace belfry {

std::optional<WallTime> OnceTrigger::next_after(WallTime t) const {
  if (t < at_) return at_;
  return std::nullopt;
}

std::optional<Stretch> OnceTrigger::slots_in(WallTime after, WallTime upto) const {
  if (after >= at_ || at_ > upto) return std::nullopt;
  return Stretch{.first = at_, .last = at_, .count = 1};
}

std::string OnceTrigger::normal_form() const { return "at " + format_utc(at_); }

std::string OnceTrigger::describe() const { return "Once, on " + reading_text(zone_->local(at_)); }

std::vector<LocalTime> OnceTrigger::readings(WallTime slot) const { return {zone_->local(slot)}; }

}  // namespace belfry
