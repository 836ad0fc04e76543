// How the ledger in memory takes a batch: record by record, and all of it back if one of them is refused.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <utility>
#include <vector>

#include <store/memory_store.h>

namespace belfry {

// Takes back what it did unless kept, newest change first. Each change of a map or set goes through one of the helpers,
// which note how the entry was before.
class MemoryStore::Transaction {
 public:
  explicit Transaction(MemoryStore& store) : store_(store) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    for (auto& undo : undo_ | std::views::reverse) undo();
  }

  void keep() { undo_.clear(); }

  Result<void> apply(const JobSeen& seen);
  Result<void> apply(const JobStanding& standing);
  Result<void> apply(const JobRenamed& renamed);
  Result<void> apply(const JobRemoved& removed);
  Result<void> apply(const BackfillMoved& moved);
  Result<void> apply(const BackfillEnded& ended);
  Result<void> apply(const IntervalTime& time);
  Result<void> apply(const RunOpened& opened);
  Result<void> apply(const RunChanged& changed);
  Result<void> apply(const AttemptClosed& attempt);
  Result<void> apply(const RunClosed& closed);
  Result<void> apply(const SlotsDecided& decided);
  Result<void> apply(const Event& event);

 private:
  template <class Key, class Value>
  void set(std::map<Key, Value>& map, const Key& key, std::optional<Value> value) {
    const auto it = map.find(key);
    if (value && it != map.end()) return replace(it->second, std::move(*value));
    undo_.push_back([&map, key, before = it == map.end() ? std::nullopt : std::optional(it->second)] {
      before ? void(map.insert_or_assign(key, *before)) : void(map.erase(key));
    });
    value ? void(map.emplace(key, std::move(*value))) : void(map.erase(key));
  }
  template <class Value>
  bool insert(std::set<Value>& set, const Value& value) {
    const bool inserted = set.insert(value).second;
    if (inserted) undo_.push_back([&set, value] { set.erase(value); });
    return inserted;
  }
  template <class Value>
  void erase(std::set<Value>& set, const Value& value) {
    if (set.erase(value) != 0) undo_.push_back([&set, value] { set.insert(value); });
  }
  // Changes a known job; an unknown one has nothing to change.
  void change(const JobName& job, const std::function<void(Known&)>& edit);
  void move_mark(const JobName& job, Slot to);
  void rename_runs(const JobRenamed& renamed);
  void rename_mentions(const JobRenamed& renamed);
  const SlotsDecided* row_to_extend(const SlotsDecided& decided);
  template <class Value>
  void replace(Value& place, Value value) {
    undo_.push_back([&place, before = std::exchange(place, std::move(value))] { place = before; });
  }

  MemoryStore& store_;
  std::vector<std::function<void()>> undo_;
};

}  // namespace belfry
