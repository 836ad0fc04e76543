#include <algorithm>

#include <base/try.h>
#include <daemon/ledger_audit.h>
#include <scheduler/audit.h>

namespace belfry {

namespace {

constexpr Millis depth = std::chrono::days{7};

void add(api::AuditFacts& facts, const AuditReport& report) {
  ++facts.jobs;
  facts.slots += report.slots;
  facts.problems.insert(facts.problems.end(), report.problems.begin(), report.problems.end());
}

}  // namespace

Result<api::AuditFacts> audit_ledger(History& history, const JobSet& jobs, WallTime now) {
  api::AuditFacts facts;
  for (const Job& job : jobs.jobs) {
    if (job.schedule.is_manual()) continue;
    auto account = history.account({.job = job.name, .first = now - depth, .last = WallTime::max()});
    if (!account && account.error().kind == ErrorKind::not_found) continue;  // just read from the file
    if (!account) return std::unexpected(account.error());
    if (account->pruned_upto) account->seen.counts_from = std::max(account->seen.counts_from, account->pruned_upto->at);
    add(facts, audit(job.schedule,
                     {.seen = std::move(account->seen),
                      .mark = account->mark,
                      .run_slots = std::move(account->run_slots),
                      .decided = std::move(account->decided)},
                     now));
  }
  return facts;
}

}  // namespace belfry
