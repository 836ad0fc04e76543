#include <map>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <scheduler/run_table.h>

using namespace belfry;

namespace {

OpenRun run(std::uint64_t low) { return {.run = {.id = {.high = 1, .low = low}, .job = *JobName::parse("a")}}; }

std::vector<std::uint64_t> lows(const RunTable& table, const RunList& list) {
  std::vector<std::uint64_t> found;
  table.for_each_of(list, [&](RunHandle handle) { found.push_back(table.at(handle).run.id.low); });
  return found;
}

}  // namespace

TEST_CASE("scheduler/run_table: the runs of a job stay in their order, whichever leaves") {
  RunTable table;
  RunList list;
  std::vector<RunHandle> handles;
  for (std::uint64_t n = 1; n <= 4; ++n) handles.push_back(table.add(run(n), list));
  table.remove({1, 2}, handles[1], list);
  CHECK(lows(table, list) == std::vector<std::uint64_t>{1, 3, 4});
  table.remove({1, 4}, handles[3], list);
  table.remove({1, 1}, handles[0], list);
  CHECK(lows(table, list) == std::vector<std::uint64_t>{3});
  table.add(run(9), list);
  CHECK(lows(table, list) == std::vector<std::uint64_t>{3, 9});
  table.remove({1, 3}, handles[2], list);
  CHECK(table.size() == 1);
}

TEST_CASE("scheduler/run_table: thousands of runs that come and go, many with the same place in the index, are found") {
  RunTable table;
  RunList list;
  std::map<std::uint64_t, RunHandle> open;
  std::mt19937_64 random(3);
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t low = (random() % 500) * 64 + random() % 3;  // few homes
    if (const auto found = open.find(low); found != open.end()) {
      REQUIRE(table.find({1, low}) == found->second);
      table.remove({1, low}, found->second, list);
      open.erase(found);
      CHECK_FALSE(table.find({1, low}));
    } else {
      open.emplace(low, table.add(run(low), list));
    }
  }
  CHECK(table.size() == open.size());
  for (const auto& [low, handle] : open) CHECK(table.find({1, low}) == handle);
  std::size_t seen = 0;
  table.for_each([&](RunHandle) { ++seen; });
  CHECK(seen == open.size());
}
