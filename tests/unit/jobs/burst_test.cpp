#include <doctest/doctest.h>

#include <jobs/burst.h>

using belfry::Burst;

TEST_CASE("jobs/burst: a few new minders are made without waiting, in each turn anew") {
  Burst burst(2);
  for (int turn = 0; turn < 3; ++turn) {
    burst.begin();
    for (int i = 0; i < 4; ++i) CHECK_FALSE(burst.is_worth_a_wait());
    CHECK(burst.is_worth_a_wait());
    burst.note(true);
    CHECK(burst.is_worth_a_wait());
    burst.note(true);
  }
}

TEST_CASE("jobs/burst: waits that are in vain become rare, until one is not") {
  Burst burst(2);
  burst.begin();
  int waits = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (!burst.is_worth_a_wait()) continue;
    burst.note(false);
    ++waits;
  }
  CHECK(waits <= 17);
  while (!burst.is_worth_a_wait()) {
  }
  burst.note(true);
  CHECK(burst.is_worth_a_wait());
}
