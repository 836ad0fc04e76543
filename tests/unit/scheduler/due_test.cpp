#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <belfry/scheduler.h>

#include <base/text.h>
#include <triggers/interval_trigger.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

JobsLoaded loaded(MissedPolicy missed) {
  auto policies = std::make_shared<Policies>();
  policies->missed = missed;
  auto set = std::make_shared<JobSet>();
  set->jobs.push_back({.name = *JobName::parse("report"),
                       .schedule = Schedule(std::make_shared<IntervalTrigger>(1h)),
                       .policies = std::move(policies),
                       .action = Script{"true"}});
  return {.set = std::move(set)};
}

// What the ledger is told of slots, in that order.
std::vector<std::string> told(const Batch& batch) {
  std::vector<std::string> lines;
  for (const Record& record : batch.records) {
    if (const auto* decided = std::get_if<SlotsDecided>(&record)) {
      lines.push_back(format_utc(decided->slots.first) + " to " + format_utc(decided->slots.last) + " " +
                      std::string(text(decided->outcome)));
    }
    if (const auto* opened = std::get_if<RunOpened>(&record))
      lines.push_back(format_utc(opened->run.slot->at) + " opened");
  }
  return lines;
}

}  // namespace

TEST_CASE(
    "scheduler/due: S1 S18 a run is on record before slots behind it are decided that say what earlier ones say") {
  Scheduler core({.boot = {"boot"}}, {});
  Actions actions;
  const auto look = [&](Millis now) {
    core.advance({.wall = WallTime{now}, .boot = BootTime{now}, .awake = AwakeTime{30min}}, actions);
    std::vector<std::string> lines = actions.persist ? told(*actions.persist) : std::vector<std::string>{};
    if (actions.persist) core.submit(Persisted{{.batch = actions.persist->id, .verdict = Verdict::ok, .why = {}}});
    return lines;
  };
  core.submit(loaded({.action = MissedPolicy::Action::all, .within = 150min}));
  look(30min);
  look(30min);

  // The machine slept, and in the moment in which it wakes the file is read: no slot is to be caught up with any more.
  core.submit(loaded({.action = MissedPolicy::Action::latest, .within = 1min}));
  CHECK(look(6h + 30min) == std::vector<std::string>{"1970-01-01T01:00:00Z to 1970-01-01T03:00:00Z missed",
                                                     "1970-01-01T04:00:00Z opened",
                                                     "1970-01-01T05:00:00Z to 1970-01-01T06:00:00Z missed"});
}
