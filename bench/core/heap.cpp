// Hold: the soonest item is taken out and put back later. That is what a heap of due times does all day.
#include <cstdio>
#include <functional>
#include <queue>
#include <random>
#include <vector>

#include <bench/core/report.h>

#include <belfry/time.h>

#include <scheduler/due_heap.h>

namespace belfry::bench {

namespace {

constexpr int holds = 2'000'000;

// The same increments for both.
std::vector<Millis> increments() {
  std::mt19937_64 random(1);
  std::vector<Millis> all(1U << 16U);
  for (Millis& one : all) one = Millis{static_cast<std::int64_t>(1 + random() % 3'600'000)};
  return all;
}

double due_heap_hold(std::uint32_t items, const std::vector<Millis>& later) {
  DueHeap<WallTime> heap;
  for (std::uint32_t item = 0; item < items; ++item) heap.set(item, WallTime{later[item % later.size()]});
  const std::int64_t begin = cpu_ns();
  for (std::size_t i = 0; i < holds; ++i) {
    const auto top = heap.top();
    heap.set(top.item, top.due + later[i % later.size()]);
  }
  return static_cast<double>(cpu_ns() - begin) / holds;
}

double priority_queue_hold(std::uint32_t items, const std::vector<Millis>& later) {
  using Entry = std::pair<WallTime, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  for (std::uint32_t item = 0; item < items; ++item) queue.emplace(WallTime{later[item % later.size()]}, item);
  const std::int64_t begin = cpu_ns();
  for (std::size_t i = 0; i < holds; ++i) {
    const auto [due, item] = queue.top();
    queue.pop();
    queue.emplace(due + later[i % later.size()], item);
  }
  return static_cast<double>(cpu_ns() - begin) / holds;
}

}  // namespace

void bench_heap() {
  const std::vector<Millis> later = increments();
  print("heap_hold_100k", due_heap_hold(100'000, later), "ns", 60);
  std::printf("%-40s %12.1f ns     (peer, same work)\n", "std_priority_queue_hold_100k",
              priority_queue_hold(100'000, later));
  print("heap_hold_1m", due_heap_hold(1'000'000, later), "ns", 150);
  std::printf("%-40s %12.1f ns     (peer, same work)\n", "std_priority_queue_hold_1m",
              priority_queue_hold(1'000'000, later));
}

}  // namespace belfry::bench
