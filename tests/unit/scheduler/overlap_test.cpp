#include <doctest/doctest.h>

#include <scheduler/overlap.h>

using namespace belfry;

TEST_CASE("scheduler/overlap: S21 each policy, by what lives and what waits") {
  using Action = OverlapPolicy::Action;
  using Verdict = OverlapVerdict;
  struct Row {
    OverlapPolicy policy;
    JobLoad load;
    Verdict verdict;
  };
  for (const Row& row : {
           Row{{.action = Action::skip}, {0, 0}, Verdict::start},
           Row{{.action = Action::skip}, {1, 0}, Verdict::refuse},
           Row{{.action = Action::skip}, {0, 1}, Verdict::refuse},
           Row{{.action = Action::queue}, {0, 0}, Verdict::start},
           Row{{.action = Action::queue}, {1, 0}, Verdict::wait},
           Row{{.action = Action::queue}, {1, 1}, Verdict::refuse},
           Row{{.action = Action::queue}, {0, 1}, Verdict::refuse},  // it would overtake
           Row{{.action = Action::queue, .max_waiting = 3}, {1, 2}, Verdict::wait},
           Row{{.action = Action::queue, .max_waiting = 0}, {1, 0}, Verdict::refuse},
           Row{{.action = Action::replace}, {0, 0}, Verdict::start},
           Row{{.action = Action::replace}, {1, 1}, Verdict::replace},
           Row{{.action = Action::allow}, {1'000, 0}, Verdict::start},
           Row{{.action = Action::allow, .max_running = 2}, {1, 0}, Verdict::start},
           Row{{.action = Action::allow, .max_running = 2}, {2, 0}, Verdict::refuse},
       }) {
    CAPTURE(static_cast<int>(row.policy.action));
    CAPTURE(row.load.live);
    CAPTURE(row.load.waiting);
    CHECK(decide_overlap(row.policy, row.load) == row.verdict);
  }
}

TEST_CASE("scheduler/overlap: S21 a run that waits follows when those before it have ended") {
  using Action = OverlapPolicy::Action;
  CHECK(may_follow({.action = Action::queue}, 0));
  CHECK_FALSE(may_follow({.action = Action::queue}, 1));
  CHECK(may_follow({.action = Action::allow}, 7));
  CHECK_FALSE(may_follow({.action = Action::allow, .max_running = 7}, 7));
}
