#include <algorithm>

#include <base/hash.h>
#include <base/text.h>
#include <triggers/combine.h>

namespace belfry {

namespace {

using Rules = Schedule::Rules;
using RulesPtr = std::shared_ptr<const Rules>;

class Wrapper : public Rules {
 public:
  explicit Wrapper(RulesPtr inner) : inner_(std::move(inner)) {}

  std::optional<WallTime> next_after(WallTime t) const override { return inner_->next_after(t); }
  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const override {
    return inner_->slots_in(after, upto);
  }
  std::string normal_form() const override { return inner_->normal_form(); }
  std::string describe() const override { return inner_->describe(); }
  std::vector<LocalTime> readings(WallTime slot) const override { return inner_->readings(slot); }
  std::vector<std::string> notes(WallTime after, WallTime slot) const override { return inner_->notes(after, slot); }
  std::optional<std::string> excluded(WallTime slot) const override { return inner_->excluded(slot); }
  WallTime same_verdict_upto(WallTime slot) const override { return inner_->same_verdict_upto(slot); }
  Millis delay(WallTime slot) const override { return inner_->delay(slot); }
  bool follows_elapsed_time() const override { return inner_->follows_elapsed_time(); }

 protected:
  const Rules& inner() const { return *inner_; }

 private:
  RulesPtr inner_;
};

class Bounded final : public Wrapper {
 public:
  Bounded(RulesPtr inner, Bounds bounds) : Wrapper(std::move(inner)), bounds_(bounds) {}

  std::optional<WallTime> next_after(WallTime t) const override {
    const auto next = inner().next_after(bounds_.from ? std::max(t, *bounds_.from - Millis{1}) : t);
    if (!next || (bounds_.until && *next >= *bounds_.until)) return std::nullopt;
    return next;
  }

  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const override {
    if (bounds_.from) after = std::max(after, *bounds_.from - Millis{1});
    if (bounds_.until) upto = std::min(upto, *bounds_.until - Millis{1});
    if (after >= upto) return std::nullopt;
    return inner().slots_in(after, upto);
  }

  std::string normal_form() const override {
    std::string text = inner().normal_form();
    if (bounds_.from) text += " from=" + format_utc(*bounds_.from);
    if (bounds_.until) text += " until=" + format_utc(*bounds_.until);
    return text;
  }

  std::string describe() const override {
    std::string text = inner().describe();
    if (bounds_.from) text += ", from " + format_utc(*bounds_.from);
    if (bounds_.until) text += ", until " + format_utc(*bounds_.until);
    return text;
  }

 private:
  Bounds bounds_;
};

class Filtered final : public Wrapper {
 public:
  Filtered(RulesPtr inner, CalendarFilter filter) : Wrapper(std::move(inner)), filter_(std::move(filter)) {}

  std::optional<std::string> excluded(WallTime slot) const override {
    const auto day = std::chrono::floor<std::chrono::days>(filter_.zone->local(slot));
    const auto holds_day = [&](const auto& calendar) { return calendar->contains(day); };
    const auto found = std::find_if(filter_.exclude.begin(), filter_.exclude.end(), holds_day);
    if (found != filter_.exclude.end()) return "excluded by calendar " + (*found)->name();
    if (filter_.only.empty() || std::any_of(filter_.only.begin(), filter_.only.end(), holds_day))
      return inner().excluded(slot);
    return "not a day of calendar " + names(filter_.only, " or ");
  }

  // Calendars speak of days. Where the clock is put back over midnight the evening comes twice, so the day is walked
  // to its end by what the zone says, never by adding hours.
  WallTime same_verdict_upto(WallTime slot) const override {
    const auto day_at = [&](WallTime t) { return std::chrono::floor<std::chrono::days>(filter_.zone->local(t)); };
    const auto day = day_at(slot);
    WallTime same = slot;
    for (Millis step = std::chrono::hours{1}; step > Millis{0}; step = step > Millis{1} ? step / 2 : Millis{0}) {
      while (day_at(same + step) == day) same += step;
    }
    return std::min(same, inner().same_verdict_upto(slot));
  }

  std::vector<std::string> notes(WallTime after, WallTime slot) const override {
    std::vector<std::string> all = inner().notes(after, slot);
    if (auto why = excluded(slot)) all.push_back(*std::move(why) + ": does not run");
    return all;
  }

  std::string normal_form() const override {
    const std::string days = forms(" exclude=", filter_.exclude) + forms(" only=", filter_.only);
    return inner().normal_form() + (days.empty() ? "" : days + " days=" + filter_.zone->name());
  }

  std::string describe() const override {
    std::string text = inner().describe();
    if (!filter_.only.empty()) text += ", only on days of " + names(filter_.only, " or ");
    if (!filter_.exclude.empty()) text += ", except on days of " + names(filter_.exclude, " and ");
    return text;
  }

 private:
  using Calendars = std::vector<std::shared_ptr<const Calendar>>;

  static std::string names(const Calendars& calendars, const std::string& separator) {
    std::string joined;
    for (const auto& calendar : calendars) joined += (joined.empty() ? "" : separator) + calendar->name();
    return joined;
  }

  static std::string forms(const std::string& key, const Calendars& calendars) {
    std::string joined;
    for (const auto& calendar : calendars) joined += key + "[" + calendar->normal_form() + "]";
    return joined;
  }

  CalendarFilter filter_;
};

class Delayed final : public Wrapper {
 public:
  Delayed(RulesPtr inner, const Delay& delay)
      : Wrapper(std::move(inner)), jitter_(delay.jitter), seed_(hash_text(delay.job, delay.salt)) {
    spread_ = part_of(delay.spread, seed_);
  }

  Millis delay(WallTime slot) const override {
    const auto key = static_cast<std::uint64_t>(slot.time_since_epoch().count());
    const Millis wanted = inner().delay(slot) + spread_ + part_of(jitter_, mix(seed_ ^ mix(key)));
    const auto next = inner().next_after(slot);
    return next ? std::min(wanted, *next - slot - Millis{1}) : wanted;
  }

 private:
  // From nothing to `whole`, both included.
  static Millis part_of(Millis whole, std::uint64_t hash) {
    return Millis{static_cast<std::int64_t>(hash % (static_cast<std::uint64_t>(whole.count()) + 1))};
  }

  Millis jitter_;
  Millis spread_{0};
  std::uint64_t seed_;
};

}  // namespace

Schedule bounded(Schedule schedule, Bounds bounds) {
  if (schedule.is_manual() || (!bounds.from && !bounds.until)) return schedule;
  return Schedule(std::make_shared<const Bounded>(schedule.rules(), bounds));
}

Schedule filtered(Schedule schedule, CalendarFilter filter) {
  if (schedule.is_manual() || (filter.exclude.empty() && filter.only.empty())) return schedule;
  return Schedule(std::make_shared<const Filtered>(schedule.rules(), std::move(filter)));
}

Schedule delayed(Schedule schedule, Delay delay) {
  if (schedule.is_manual() || (delay.jitter == Millis{0} && delay.spread == Millis{0})) return schedule;
  return Schedule(std::make_shared<const Delayed>(schedule.rules(), delay));
}

bool are_due_alike(const Schedule& a, const Schedule& b) {
  if (a.rules() == b.rules()) return true;
  if (a.normal_form() != b.normal_form()) return false;
  // The form tells of slots alone. Delays by chance alike for so many are alike.
  constexpr int slots_enough = 8;
  auto slot = a.next_after(WallTime{});
  for (int count = 0; slot && count < slots_enough; ++count, slot = a.next_after(*slot)) {
    if (a.delay(*slot) != b.delay(*slot)) return false;
  }
  return true;
}

}  // namespace belfry
