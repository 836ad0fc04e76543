#include <algorithm>

#include <base/hash.h>
#include <base/text.h>
#include <triggers/combine.h>
#include <triggers/last_slot.h>

namespace belfry {

namespace {

using Rules = Schedule::Rules;
using RulesPtr = std::shared_ptr<const Rules>;

bool is_slot(const Rules& rules, WallTime t) { return rules.next_after(t - Millis{1}) == t; }

// ---- Union ----

class Union final : public Rules {
 public:
  explicit Union(std::vector<RulesPtr> members) : members_(std::move(members)) {}

  std::optional<WallTime> next_after(WallTime t) const override {
    std::optional<WallTime> first;
    for (const RulesPtr& member : members_) {
      const auto next = member->next_after(t);
      if (next && (!first || *next < *first)) first = next;
    }
    return first;
  }

  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const override {
    const auto first = next_after(after);
    if (!first || *first > upto) return std::nullopt;
    return Stretch{.first = *first, .last = last_slot(*this, *first, upto), .count = count(after, upto)};
  }

  std::string normal_form() const override {
    std::vector<std::string> forms;
    for (const RulesPtr& member : members_) forms.push_back(member->normal_form());
    std::sort(forms.begin(), forms.end());  // the order of a union says nothing
    std::string joined;
    for (const std::string& form : forms) joined += (joined.empty() ? "" : " + ") + form;
    return joined;
  }

  std::string describe() const override {
    std::string joined;
    for (const RulesPtr& member : members_) joined += (joined.empty() ? "" : "; and: ") + member->describe();
    return joined;
  }

  std::vector<LocalTime> readings(WallTime slot) const override {
    std::vector<LocalTime> all;
    for (const RulesPtr& member : members_) {
      if (!is_slot(*member, slot)) continue;
      const std::vector<LocalTime> own = member->readings(slot);
      all.insert(all.end(), own.begin(), own.end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  std::vector<std::string> notes(WallTime after, WallTime slot) const override {
    std::vector<std::string> all;
    for (const RulesPtr& member : members_) {
      if (!is_slot(*member, slot)) continue;
      for (std::string& note : member->notes(after, slot)) {
        if (std::find(all.begin(), all.end(), note) == all.end()) all.push_back(std::move(note));
      }
    }
    return all;
  }

  // It runs if one of those that are due then says so.
  std::optional<std::string> excluded(WallTime slot) const override {
    std::optional<std::string> why;
    for (const RulesPtr& member : members_) {
      if (!is_slot(*member, slot)) continue;
      why = member->excluded(slot);
      if (!why) return std::nullopt;
    }
    return why;
  }

  // Which members a slot belongs to may change with every slot, and with them the verdict; unless no member excludes
  // any.
  WallTime same_verdict_upto(WallTime slot) const override {
    const bool never = std::all_of(members_.begin(), members_.end(), [&](const RulesPtr& member) {
      return member->same_verdict_upto(slot) == WallTime::max();
    });
    return never ? WallTime::max() : slot;
  }

  Millis delay(WallTime slot) const override {
    std::optional<Millis> least;
    for (const RulesPtr& member : members_) {
      if (!is_slot(*member, slot)) continue;
      const Millis own = member->delay(slot);
      if (!least || own < *least) least = own;
    }
    const auto next = next_after(slot);
    const Millis room = next ? *next - slot - Millis{1} : Millis::max();
    return std::min(least.value_or(Millis{0}), room);
  }

 private:
  // The member with the most slots is counted as a whole; of the others each slot that no earlier one has.
  std::int64_t count(WallTime after, WallTime upto) const {
    std::vector<std::pair<std::int64_t, const Rules*>> by_count;
    for (const RulesPtr& member : members_) {
      const auto stretch = member->slots_in(after, upto);
      if (stretch) by_count.emplace_back(stretch->count, member.get());
    }
    std::sort(by_count.begin(), by_count.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::int64_t total = by_count.empty() ? 0 : by_count.front().first;
    for (std::size_t i = 1; i < by_count.size(); ++i) {
      const Rules& member = *by_count[i].second;
      for (auto t = member.next_after(after); t && *t <= upto; t = member.next_after(*t)) {
        const bool is_known = std::any_of(by_count.begin(), by_count.begin() + static_cast<std::ptrdiff_t>(i),
                                          [&](const auto& earlier) { return is_slot(*earlier.second, *t); });
        if (!is_known) ++total;
      }
    }
    return total;
  }

  std::vector<RulesPtr> members_;
};

// ---- What adds something to one schedule ----

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
    return inner().normal_form() + forms(" exclude=", filter_.exclude) + forms(" only=", filter_.only);
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

Schedule any_of(std::vector<Schedule> schedules) {
  std::vector<RulesPtr> members;
  for (const Schedule& schedule : schedules) {
    if (!schedule.is_manual()) members.push_back(schedule.rules());
  }
  if (members.empty()) return Schedule();
  if (members.size() == 1) return Schedule(members.front());
  return Schedule(std::make_shared<const Union>(std::move(members)));
}

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

}  // namespace belfry
