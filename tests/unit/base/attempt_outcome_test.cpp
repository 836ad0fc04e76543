#include <doctest/doctest.h>

#include <base/attempt_outcome.h>

using namespace belfry;

TEST_CASE("base/attempt_outcome: S1 what ended an attempt says more than how its process ended") {
  using How = ProcessEnd::How;
  Policies policies;
  policies.success_exit_codes = {{3, 5}};
  struct Row {
    ProcessEnd end;
    Reason reason;
    RunOutcome outcome;
  };
  for (const Row& row : {
           Row{{How::exited, 0}, Reason::none, RunOutcome::succeeded},
           Row{{How::exited, 1}, Reason::none, RunOutcome::failed},
           Row{{How::exited, 2}, Reason::none, RunOutcome::failed},
           Row{{How::exited, 3}, Reason::none, RunOutcome::succeeded},
           Row{{How::exited, 5}, Reason::none, RunOutcome::succeeded},
           Row{{How::exited, 6}, Reason::none, RunOutcome::failed},
           Row{{How::signalled, 4}, Reason::none, RunOutcome::failed},  // a signal is no exit code
           Row{{How::signalled, 9}, Reason::oom, RunOutcome::failed},
           Row{{How::exited, 0}, Reason::timeout, RunOutcome::timed_out},  // it took its leave when it was asked to
           Row{{How::signalled, 9}, Reason::deadline, RunOutcome::timed_out},
           Row{{How::exited, 1}, Reason::condition, RunOutcome::skipped},
           Row{{How::exited, 0}, Reason::by_request, RunOutcome::cancelled},
           Row{{How::signalled, 15}, Reason::superseded, RunOutcome::cancelled},
           Row{{How::signalled, 15}, Reason::shutdown, RunOutcome::cancelled},
       }) {
    CAPTURE(row.end.code);
    CAPTURE(static_cast<int>(row.reason));
    CHECK(outcome_of(AttemptEnded{.end = row.end, .reason = row.reason}, policies) == row.outcome);
  }
}
