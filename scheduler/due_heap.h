// The time-ordered heap: which item is due next.
//
// Items are small dense numbers, chosen by the caller, each in the heap at most once. Ordered by (due, item): items
// that are due at the same instant come out in the order of their numbers (S5).
//
// A 4-ary heap: the four children of an entry share a cache line. An item's place is not kept anywhere, because writing
// it down at every step costs more than all the rest. Instead an entry carries the number of its item's latest change;
// one that was changed or erased since is stale, and is thrown away when it comes to the top. What a heap of due times
// does all day, take the soonest item and put it back later, makes no stale entry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>
#include <queue>
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
    std::uint32_t change;
  };

  bool empty() const { return live_ == 0; }
  std::size_t size() const { return live_; }

  // REQUIRES: not empty.
  const Entry& top() const { return at(0); }

  // Whether `holds` is true of all items that are due by then. Looks at them in no order that means anything, and no
  // further than the first of which it is not.
  template <class Holds>
  bool all_until(Time upto, Holds holds) const {
    return count() == 0 || all_below(0, upto, holds);
  }

  // Its entries in their order, without taking them out. A step costs the logarithm of the steps before it, however
  // many entries there are. The heap may not change meanwhile.
  class InOrder {
   public:
    explicit InOrder(const DueHeap& heap) : heap_(&heap) {
      reach(0);
      pass_stale();
    }

    bool empty() const { return reached_.empty(); }

    // REQUIRES: not empty.
    const Entry& top() const { return reached_.top().entry; }
    void pop() {
      step();
      pass_stale();
    }

   private:
    struct Reached {
      Entry entry;
      std::size_t place;
    };
    struct Later {
      bool operator()(const Reached& a, const Reached& b) const { return before(b.entry, a.entry); }
    };

    void reach(std::size_t place) {
      if (place < heap_->count()) reached_.push({.entry = heap_->at(place), .place = place});
    }
    void step() {
      const std::size_t first = reached_.top().place * fan + 1;
      reached_.pop();
      for (std::size_t child = first; child < first + fan; ++child) reach(child);
    }
    void pass_stale() {
      while (!empty() && heap_->is_stale(top())) step();
    }

    const DueHeap* heap_;
    std::priority_queue<Reached, std::vector<Reached>, Later> reached_;  // all that stands before them was passed
  };
  InOrder in_order() const { return InOrder(*this); }

  // Inserts the item, or moves it to its new time.
  void set(Item item, Time due) {
    if (item >= changes_.size()) changes_.resize(item + 1, 0);
    if (live_ > 0 && top().item == item) {
      at(0).due = due;
      sink(0);
      return drop_stale_top();
    }
    if (!is_in(item)) {
      ++live_;
      ++changes_[item];
    } else {
      changes_[item] += 2;
    }
    push({.due = due, .item = item, .change = changes_[item]});
    drop_stale_top();
    if (count() > 2 * live_ + few) compact();
  }

  void erase(Item item) {
    if (item >= changes_.size() || !is_in(item)) return;
    ++changes_[item];
    --live_;
    drop_stale_top();
  }

  void clear() {
    entries_.clear();
    changes_.clear();
    live_ = 0;
  }

 private:
  static constexpr std::size_t fan = 4;
  // The root stands last in its cache line, so that every four children have one of their own.
  static constexpr std::size_t padding = fan - 1;
  static constexpr std::size_t few = 64;

  template <class Value>
  struct CacheAligned {
    using value_type = Value;
    static constexpr std::align_val_t line{64};
    CacheAligned() = default;
    template <class Other>
    CacheAligned(const CacheAligned<Other>&) {}
    Value* allocate(std::size_t n) { return static_cast<Value*>(::operator new(n * sizeof(Value), line)); }
    void deallocate(Value* values, std::size_t) { ::operator delete(values, line); }
    bool operator==(const CacheAligned&) const { return true; }
  };

  static bool before(const Entry& a, const Entry& b) { return a.due != b.due ? a.due < b.due : a.item < b.item; }

  // An item's number of changes is odd while it is in the heap.
  bool is_in(Item item) const { return changes_[item] % 2 == 1; }
  bool is_stale(const Entry& entry) const { return changes_[entry.item] != entry.change; }

  std::size_t count() const { return entries_.empty() ? 0 : entries_.size() - padding; }
  Entry& at(std::size_t place) { return entries_[place + padding]; }
  const Entry& at(std::size_t place) const { return entries_[place + padding]; }

  // A child is never due before its parent.
  template <class Holds>
  bool all_below(std::size_t place, Time upto, Holds& holds) const {
    const Entry& entry = at(place);
    if (upto < entry.due) return true;
    if (!is_stale(entry) && !holds(entry.item)) return false;
    const std::size_t first = place * fan + 1;
    for (std::size_t child = first; child < std::min(first + fan, count()); ++child) {
      if (!all_below(child, upto, holds)) return false;
    }
    return true;
  }

  void push(const Entry& entry) {
    if (entries_.empty()) entries_.resize(padding);
    entries_.push_back(entry);
    rise(count() - 1);
  }

  // Mostly there is nothing stale, and then it is not looked for: that would be one more line of memory to fetch.
  void drop_stale_top() {
    while (count() > live_ && is_stale(at(0))) {
      at(0) = at(count() - 1);
      entries_.pop_back();
      if (count() > 0) sink(0);
    }
  }

  void compact() {
    const auto first = entries_.begin() + padding;
    entries_.erase(std::remove_if(first, entries_.end(), [this](const Entry& entry) { return is_stale(entry); }),
                   entries_.end());
    for (std::size_t place = count(); place > 0; --place) sink(place - 1);
  }

  void rise(std::size_t place) {
    const Entry moving = at(place);
    while (place > 0) {
      const std::size_t parent = (place - 1) / fan;
      if (!before(moving, at(parent))) break;
      at(place) = at(parent);
      place = parent;
    }
    at(place) = moving;
  }

  void sink(std::size_t place) {
    const Entry moving = at(place);
    const std::size_t end = count();
    for (;;) {
      const std::size_t first = place * fan + 1;
      if (first >= end) break;
      fetch_children_of_four(first, end);
      const std::size_t least = first + fan <= end ? least_of_four(first) : least_of_rest(first, end);
      if (!before(at(least), moving)) break;
      at(place) = at(least);
      place = least;
    }
    at(place) = moving;
  }

  // Their lines are on their way while it is found out which of the four goes first: in a big heap the memory is what
  // takes the time.
  void fetch_children_of_four(std::size_t first, std::size_t end) const {
    const std::size_t child = first * fan + 1;
    if (child + fan * fan > end) return;
    for (std::size_t line = 0; line < fan; ++line) __builtin_prefetch(&at(child + line * fan));
  }

  std::size_t least_of_four(std::size_t first) const {
    const std::size_t left = first + (before(at(first + 1), at(first)) ? 1 : 0);
    const std::size_t right = first + 2 + (before(at(first + 3), at(first + 2)) ? 1 : 0);
    return before(at(right), at(left)) ? right : left;
  }

  std::size_t least_of_rest(std::size_t first, std::size_t end) const {
    std::size_t least = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (before(at(child), at(least))) least = child;
    }
    return least;
  }

  std::vector<Entry, CacheAligned<Entry>> entries_;
  std::vector<std::uint32_t> changes_;  // of each item
  std::size_t live_ = 0;
};

}  // namespace belfry
