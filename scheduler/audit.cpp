#include <algorithm>

#include <base/text.h>
#include <scheduler/audit.h>

namespace belfry {

namespace {

// A row of the account: a run's slot is a stretch of one.
struct Piece {
  Stretch stretch;
  bool is_run = false;
};

std::vector<Piece> pieces_of(const JobAccount& account) {
  std::vector<Piece> pieces;
  for (const Slot& slot : account.run_slots) {
    if (slot.era != account.seen.era || slot.at <= account.seen.counts_from) continue;
    pieces.push_back({.stretch = {.first = slot.at, .last = slot.at, .count = 1}, .is_run = true});
  }
  for (const SlotsDecided& decided : account.decided) {
    if (decided.era != account.seen.era || decided.slots.first <= account.seen.counts_from) continue;
    pieces.push_back({.stretch = decided.slots});
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.stretch.first < b.stretch.first; });
  return pieces;
}

std::string span_in_words(const Stretch& stretch) {
  return format_utc(stretch.first) + " to " + format_utc(stretch.last) + " (" + std::to_string(stretch.count) + ")";
}

class Auditor {
 public:
  Auditor(const Schedule& schedule, const JobAccount& account)
      : schedule_(schedule), job_(account.seen.job.text()), reached_(account.seen.counts_from) {}

  void expect_nothing_upto(WallTime upto) {
    if (upto <= reached_) return;
    if (const auto gap = schedule_.slots_in(reached_, upto)) problem("no outcome for " + span_in_words(*gap));
    reached_ = upto;
  }

  void take(const Piece& piece) {
    const Stretch& stretch = piece.stretch;
    if (stretch.first <= reached_) return problem("a second outcome for " + span_in_words(stretch));
    expect_nothing_upto(stretch.first - Millis{1});
    const auto due = schedule_.slots_in(reached_, stretch.last);
    if (!due || due->first != stretch.first || due->last != stretch.last || due->count != stretch.count) {
      problem("an outcome for " + span_in_words(stretch) + ", but due was " + (due ? span_in_words(*due) : "nothing"));
    }
    report.slots += due ? due->count : 0;
    (piece.is_run ? report.ran : report.decided) += stretch.count;
    reached_ = stretch.last;
  }

  AuditReport report;

 private:
  void problem(const std::string& what) { report.problems.push_back(job_ + ": " + what); }

  const Schedule& schedule_;
  std::string job_;
  WallTime reached_;  // everything up to here is accounted for
};

}  // namespace

AuditReport audit(const Schedule& schedule, const JobAccount& account, WallTime now) {
  Auditor auditor(schedule, account);
  for (const Piece& piece : pieces_of(account)) auditor.take(piece);
  const bool marked = account.mark && account.mark->era == account.seen.era;
  const WallTime mark = marked ? std::max(account.mark->at, account.seen.counts_from) : account.seen.counts_from;
  auditor.expect_nothing_upto(mark);
  if (const auto open = schedule.slots_in(mark, now)) auditor.report.open = open->count;
  return std::move(auditor.report);
}

}  // namespace belfry
