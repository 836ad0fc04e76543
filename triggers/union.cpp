// The union of triggers (S10).

#include <algorithm>

#include <base/words.h>
#include <triggers/combine.h>
#include <triggers/last_slot.h>

namespace belfry {

namespace {

using Rules = Schedule::Rules;
using RulesPtr = std::shared_ptr<const Rules>;

bool is_slot(const Rules& rules, WallTime t) { return rules.next_after(t - Millis{1}) == t; }

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

  bool follows_elapsed_time() const override {
    return std::all_of(members_.begin(), members_.end(),
                       [](const RulesPtr& member) { return member->follows_elapsed_time(); });
  }

  std::string normal_form() const override {
    std::vector<std::string> forms;
    for (const RulesPtr& member : members_) forms.push_back(member->normal_form());
    std::sort(forms.begin(), forms.end());  // the order of a union says nothing
    return joined(forms, " + ");
  }

  std::string describe() const override {
    std::vector<std::string> descriptions;
    for (const RulesPtr& member : members_) descriptions.push_back(member->describe());
    return joined(descriptions, "; and: ");
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

}  // namespace belfry
