#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <base/text.h>
#include <tests/storm/audit.h>

namespace belfry::storm {
namespace {

void note(Audit& audit, const std::string& finding) {
  if (audit.first_finding.empty()) audit.first_finding = finding;
}

bool may_have_executed(const Run& run) {
  return run.outcome == RunOutcome::lost || run.outcome == RunOutcome::cancelled;  // that is what they mean
}

void check_run(Audit& audit, const Run& run, std::size_t executions, int exit_code) {
  const bool has_ended = run.outcome == RunOutcome::succeeded || run.outcome == RunOutcome::failed;
  ++audit.runs;
  if (run.launch > 1) ++audit.relaunched;
  if (run.outcome == RunOutcome::lost) ++audit.lost;
  if (run.outcome == RunOutcome::cancelled) ++audit.cancelled;
  if (executions > 1) {
    ++audit.doubled;
    note(audit, "run " + run.id.text() + " executed " + std::to_string(executions) + " times");
  }
  if (has_ended != (executions > 0) && !may_have_executed(run)) {
    ++audit.unheard;
    note(audit, "run " + run.id.text() + " is " + std::string(run.outcome ? text(*run.outcome) : "open") + " (" +
                    run.detail + ") and executed " + std::to_string(executions) + " times");
  }
  if (run.outcome == RunOutcome::start_failed) {
    ++audit.not_started;
    note(audit, "run " + run.id.text() + " was not started: " + run.detail);
  }
  const ProcessEnd expected{.how = ProcessEnd::How::exited, .code = exit_code};
  if (has_ended && (run.attempt != 1 || run.end != expected)) {
    ++audit.wrong_ends;
    note(audit, "run " + run.id.text() + " ended otherwise than its job does");
  }
}

void check_runs(Audit& audit, const std::vector<Run>& runs, const Site& site) {
  std::map<std::string, int> exit_codes;
  for (const StormJob& job : site.jobs()) exit_codes.emplace(job.name, job.exit_code);
  std::map<std::pair<std::string, std::uint32_t>, std::size_t> executions;
  for (const Mark& mark : site.marks()) ++executions[{mark.run, mark.attempt}];
  for (const Run& run : runs) {
    const auto known = executions.extract({run.id.text(), run.attempt});
    check_run(audit, run, known.empty() ? 0 : known.mapped(), exit_codes.at(run.job.text()));
  }
  audit.unheard += executions.size();
  if (!executions.empty())
    note(audit, "run " + executions.begin()->first.first + " executed, and the ledger knows of none");
}

using StretchesByJob = std::map<std::string, std::vector<Stretch>>;

// From the first decided slot on, the grid must be covered once: no hole, no overlap.
void check_slots(Audit& audit, std::vector<Stretch> stretches) {
  std::ranges::sort(stretches, {}, &Stretch::first);
  std::optional<WallTime> last;
  for (const Stretch& stretch : stretches) {
    const std::int64_t length = (stretch.last - stretch.first) / period + 1;
    audit.without_outcome += length - stretch.count;
    audit.slots += stretch.count;
    if (length != stretch.count) note(audit, "a stretch from " + format_utc(stretch.first) + " is miscounted");
    const std::int64_t step = last ? (stretch.first - *last) / period : 1;
    if (step > 1) audit.without_outcome += step - 1;
    if (step < 1) audit.decided_twice += 1 - step;
    if (step != 1) note(audit, "the slots between " + format_utc(*last) + " and " + format_utc(stretch.first));
    last = stretch.last;
  }
}

}  // namespace

Audit audit(const Site& site) {
  Audit audit;
  const std::vector<Run> runs = site.runs();
  check_runs(audit, runs, site);
  StretchesByJob stretches;
  for (const Run& run : runs) {
    if (run.slot) stretches[run.job.text()].push_back({.first = run.slot->at, .last = run.slot->at, .count = 1});
  }
  for (const SlotsDecided& decided : site.slots()) stretches[decided.job.text()].push_back(decided.slots);
  for (auto& [job, all] : stretches) check_slots(audit, std::move(all));
  return audit;
}

void require_clean(const Audit& found, const Site& site) {
  INFO(found.first_finding);
  const std::string log = site.daemon_log();
  INFO(log.substr(log.size() > 4000 ? log.size() - 4000 : 0));
  CHECK(found.is_clean());
}

}  // namespace belfry::storm
