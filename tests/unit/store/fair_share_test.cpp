#include <doctest/doctest.h>

#include <store/fair_share.h>

using namespace belfry;

TEST_CASE("store/fair_share: the jobs with most runs give up first, and none gives up all") {
  struct Row {
    std::vector<std::size_t> runs;
    std::size_t all;
    std::size_t share;
  };
  const Row rows[] = {
      {{}, 10, share_unlimited}, {{3, 3, 4}, 10, share_unlimited},
      {{3, 3, 5}, 10, 4},        {{100, 1, 1}, 10, 8},
      {{100, 90, 4}, 10, 3},     {{100, 90, 2}, 10, 4},
      {{5, 5, 5}, 2, 1},         {{5, 5, 5}, 0, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.runs.size());
    CAPTURE(row.all);
    CHECK(fair_share(row.runs, row.all) == row.share);
  }
}
