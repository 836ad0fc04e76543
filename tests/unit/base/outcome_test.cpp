#include <doctest/doctest.h>

#include <belfry/outcome.h>

using namespace belfry;

TEST_CASE("base/outcome: every word reads back as the value it was written for") {
  for (const auto value : {SlotOutcome::ran, SlotOutcome::skipped, SlotOutcome::coalesced, SlotOutcome::missed}) {
    CHECK(slot_outcome_from(text(value)) == value);
  }
  for (const auto value :
       {RunOutcome::succeeded, RunOutcome::failed, RunOutcome::start_failed, RunOutcome::lost, RunOutcome::cancelled}) {
    CHECK(run_outcome_from(text(value)) == value);
  }
  for (const auto value : {Reason::none, Reason::overlap, Reason::disabled, Reason::excluded, Reason::late_limit,
                           Reason::job_removed, Reason::reboot, Reason::minder_killed, Reason::daemon_died,
                           Reason::by_request, Reason::shutdown, Reason::ledger_unavailable}) {
    CHECK(reason_from(text(value)) == value);
  }
  for (const auto value : {RunTrigger::schedule, RunTrigger::catch_up, RunTrigger::manual, RunTrigger::api}) {
    CHECK(run_trigger_from(text(value)) == value);
  }
  CHECK_FALSE(run_outcome_from("done").has_value());
}
