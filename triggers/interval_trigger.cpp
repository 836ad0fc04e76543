#include <base/text.h>
#include <base/verify.h>
#include <triggers/interval_trigger.h>
#include <triggers/words.h>

namespace belfry {

namespace {

// The number of the last grid point at or before t; rounds down also before the anchor.
std::int64_t point_at(WallTime t, WallTime anchor, Millis period) {
  const std::int64_t n = (t - anchor) / period;
  return (t - anchor) % period < Millis{0} ? n - 1 : n;
}

}  // namespace

IntervalTrigger::IntervalTrigger(Millis period, WallTime anchor) : period_(period) {
  VERIFY(period >= period_min);
  anchor_ = anchor - period * point_at(anchor, WallTime{}, period);
}

std::optional<WallTime> IntervalTrigger::next_after(WallTime t) const {
  return anchor_ + period_ * (point_at(t, anchor_, period_) + 1);
}

std::optional<Stretch> IntervalTrigger::slots_in(WallTime after, WallTime upto) const {
  const std::int64_t before = point_at(after, anchor_, period_);
  const std::int64_t last = point_at(upto, anchor_, period_);
  if (last <= before) return std::nullopt;
  return Stretch{.first = anchor_ + period_ * (before + 1), .last = anchor_ + period_ * last, .count = last - before};
}

std::string IntervalTrigger::normal_form() const {
  std::string text = "every " + format_duration(period_);
  if (anchor_ != WallTime{}) text += " phase=" + format_duration(anchor_.time_since_epoch());
  return text;
}

std::string IntervalTrigger::describe() const {
  const std::string words = duration_words(period_);
  const bool is_one_unit = words.starts_with("1 ") && words.find(' ', 2) == words.npos;
  return "Every " + (is_one_unit ? words.substr(2) : words);  // "Every hour", "Every 1 hour 30 minutes"
}

}  // namespace belfry
