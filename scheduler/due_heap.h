// The time-ordered heap: which item is due next.
//
// Items are small dense numbers, chosen by the caller, each in the heap at most once. Ordered by (due, item): items
// that are due at the same instant come out in the order of their numbers (S5). A 4-ary heap, because its children
// share a cache line; indexed, because a due time moves at every start, and looking for the item would cost more
// than moving it.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include <base/verify.h>

namespace belfry {

template <class Time>
class DueHeap {
 public:
  using Item = std::uint32_t;

  struct Entry {
    Time due;
    Item item;
  };

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }

  // REQUIRES: not empty.
  const Entry& top() const { return entries_.front(); }

  // Inserts the item, or moves it to its new time.
  void set(Item item, Time due) {
    if (item >= places_.size()) places_.resize(item + 1, nowhere);
    std::uint32_t place = places_[item];
    if (place == nowhere) {
      place = static_cast<std::uint32_t>(entries_.size());
      entries_.push_back({due, item});
      rise(place);
      return;
    }
    const bool earlier = due < entries_[place].due;
    entries_[place].due = due;
    if (earlier) {
      rise(place);
    } else {
      sink(place);
    }
  }

  void erase(Item item) {
    if (item >= places_.size() || places_[item] == nowhere) return;
    const std::uint32_t place = places_[item];
    places_[item] = nowhere;
    const Entry last = entries_.back();
    entries_.pop_back();
    if (last.item == item) return;
    entries_[place] = last;
    places_[last.item] = place;
    rise(place);
    sink(places_[last.item]);
  }

  void clear() {
    entries_.clear();
    places_.clear();
  }

 private:
  static constexpr std::uint32_t fan = 4;
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

  static bool before(const Entry& a, const Entry& b) { return a.due != b.due ? a.due < b.due : a.item < b.item; }

  void rise(std::uint32_t place) {
    const Entry moving = entries_[place];
    while (place > 0) {
      const std::uint32_t parent = (place - 1) / fan;
      if (!before(moving, entries_[parent])) break;
      put(place, entries_[parent]);
      place = parent;
    }
    put(place, moving);
  }

  void sink(std::uint32_t place) {
    const Entry moving = entries_[place];
    const auto size = static_cast<std::uint32_t>(entries_.size());
    for (;;) {
      const std::uint32_t first = place * fan + 1;
      if (first >= size) break;
      std::uint32_t least = first;
      for (std::uint32_t child = first + 1; child < first + fan && child < size; ++child) {
        if (before(entries_[child], entries_[least])) least = child;
      }
      if (!before(entries_[least], moving)) break;
      put(place, entries_[least]);
      place = least;
    }
    put(place, moving);
  }

  void put(std::uint32_t place, const Entry& entry) {
    entries_[place] = entry;
    places_[entry.item] = place;
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> places_;  // of each item in entries_
};

}  // namespace belfry
