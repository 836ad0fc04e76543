#include <algorithm>
#include <map>
#include <vector>

#include <doctest/doctest.h>

#include <belfry/time.h>

#include <base/hash.h>
#include <scheduler/due_heap.h>

using namespace belfry;

namespace {

WallTime at(std::int64_t ms) { return WallTime{Millis{ms}}; }

std::vector<std::uint32_t> drain(DueHeap<WallTime>& heap) {
  std::vector<std::uint32_t> order;
  while (!heap.empty()) {
    order.push_back(heap.top().item);
    heap.erase(order.back());
  }
  return order;
}

}  // namespace

TEST_CASE("scheduler/due_heap: S5 items come out by time, and by number where the times are equal") {
  DueHeap<WallTime> heap;
  heap.set(4, at(20));
  heap.set(2, at(10));
  heap.set(3, at(10));
  heap.set(1, at(20));
  heap.set(0, at(30));
  CHECK(drain(heap) == std::vector<std::uint32_t>{2, 3, 1, 4, 0});
}

TEST_CASE("scheduler/due_heap: what is due by then is asked of all items, and of no other") {
  DueHeap<WallTime> heap;
  const auto holds_but_for = [&](std::uint32_t odd_one) {
    return heap.all_until(at(100), [&](std::uint32_t item) { return item != odd_one; });
  };
  CHECK(holds_but_for(0));
  for (std::uint32_t item = 0; item < 200; ++item) heap.set(item, at(item));
  for (std::uint32_t item = 0; item < 200; ++item) CHECK(holds_but_for(item) == (item > 100));
  heap.erase(40);
  heap.set(50, at(150));
  CHECK(holds_but_for(40));
  CHECK(holds_but_for(50));
}

TEST_CASE("scheduler/due_heap: setting an item again moves it, erasing it takes it out, both in either direction") {
  DueHeap<WallTime> heap;
  for (std::uint32_t item = 0; item < 10; ++item) heap.set(item, at(item));
  heap.set(0, at(100));
  heap.set(9, at(-1));
  heap.erase(5);
  heap.erase(5);
  heap.erase(77);  // never set
  CHECK(heap.size() == 9);
  CHECK(drain(heap) == std::vector<std::uint32_t>{9, 1, 2, 3, 4, 6, 7, 8, 0});
}

TEST_CASE("scheduler/due_heap: thousands of random moves agree with an ordered set") {
  DueHeap<WallTime> heap;
  std::map<std::uint32_t, std::int64_t> model;
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    const auto item = static_cast<std::uint32_t>(mix(step) % 500);
    if (mix(step + 1'000'000) % 4 == 0) {
      heap.erase(item);
      model.erase(item);
    } else {
      const auto due = static_cast<std::int64_t>(mix(step + 2'000'000) % 1000);
      heap.set(item, at(due));
      model[item] = due;
    }
    REQUIRE(heap.size() == model.size());
    if (model.empty()) continue;
    const auto least = std::min_element(model.begin(), model.end(), [](const auto& a, const auto& b) {
      return std::pair(a.second, a.first) < std::pair(b.second, b.first);
    });
    REQUIRE(heap.top().item == least->first);
    REQUIRE(heap.top().due == at(least->second));
  }
}
