#include <algorithm>
#include <utility>

#include <cli/phrases.h>
#include <cli/slot_story.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

constexpr Millis lateness_worth_telling = std::chrono::seconds{1};

WallTime to_the_second(WallTime t) { return std::chrono::floor<std::chrono::seconds>(t); }

// The time alone where it is the same day.
std::string near(WallTime t, WallTime beside, const Zone& zone) {
  const auto day = [&](WallTime of) { return std::chrono::floor<std::chrono::days>(zone.local(of)); };
  const std::string full = local_phrase(to_the_second(t), zone);
  return day(t) == day(beside) ? full.substr(15, 8) : full;
}

std::string run_phrase(const Run& run, WallTime slot, const Zone& zone) {
  std::string phrase = "run " + run.id.text();
  if (run.slot) phrase += " for " + near(run.slot->at, slot, zone);
  return phrase;
}

std::string late_phrase(const Run& run) {
  const auto late = run.lateness();
  if (!late || *late < lateness_worth_telling) return "";
  return ", started " + took_phrase(*late) + " late";
}

std::string told_of_run(const Run& run) {
  std::string told = "ran: run " + run.id.text();
  if (run.is_open()) {
    told += run.state == RunState::running ? " is running" : " is " + std::string(text(run.state));
  } else {
    told += run.outcome == RunOutcome::succeeded ? " succeeded" : " ended as " + std::string(text(*run.outcome));
    if (run.outcome == RunOutcome::failed) told += " (" + standing_phrase(run) + ")";
    if (run.started && run.finished) told += " after " + took_phrase(std::max(Millis{0}, *run.finished - *run.started));
  }
  told += late_phrase(run);
  if (run.attempt > 1) told += ", attempt " + std::to_string(run.attempt);
  if (run.stands_for > 1) told += "; it stands for " + std::to_string(run.stands_for) + " slots";
  if (run.reason != Reason::none && !run.is_open()) told += ": " + std::string(text(run.reason));
  if (!run.detail.empty()) told += ": " + printable(run.detail);
  return told;
}

std::string told_of_overlap(const SlotRow& row, const Zone& zone) {
  if (!row.cause) return "skipped: an earlier run was still open";
  const Run& run = *row.cause;
  std::string told = "skipped: " + run_phrase(run, row.last, zone) + " was still running";
  if (run.is_open()) return told + ", and still is";
  if (run.finished) told += "; it ended " + near(*run.finished, row.last, zone);
  return told;
}

std::string_view why_missed(Reason reason) {
  switch (reason) {
    case Reason::down:
      return "the daemon was not running";
    case Reason::suspended:
      return "the machine was asleep";
    case Reason::clock:
      return "the clock was set past it";
    case Reason::late_limit:
      return "when it could have started it was too late (`missed: within`)";
    case Reason::cap:
      return "newer ones were made up for, as many as `missed: max` allows";
    case Reason::schedule_changed:
      return "the schedule was edited before it could start";
    case Reason::ledger_unavailable:
      return "it could not be recorded, and nothing starts unrecorded";
    default:
      return text(reason);
  }
}

std::string_view why_skipped(Reason reason) {
  switch (reason) {
    case Reason::paused:
      return "the job was paused";
    case Reason::disabled:
      return "the job is disabled (`enabled: false`)";
    case Reason::excluded:
      return "a calendar excludes it";
    case Reason::queue_full:
      return "as many runs waited in its queue as may";
    case Reason::max_runs:
      return "the job had run as often as it was to (`max_runs`)";
    case Reason::on_request:
      return "somebody asked for it to be left out";
    case Reason::superseded:
      return "a newer run took its place";
    case Reason::circuit_breaker:
      return "the job was started more often than its schedule can explain";
    case Reason::job_removed:
      return "the job was taken out of the file";
    default:
      return text(reason);
  }
}

std::string told_of_skip(const SlotRow& row, const Zone& zone) {
  if (row.reason == Reason::overlap) return told_of_overlap(row, zone);
  if (row.detail.empty()) return "skipped: " + std::string(why_skipped(row.reason));
  return "skipped: " + printable(row.detail);  // says all of it: by whom and why, which calendar
}

std::string told_of_coalesced(const SlotRow& row, const Zone& zone) {
  if (!row.cause) return "coalesced: a newer slot of the job speaks for it";
  return "coalesced: " + run_phrase(*row.cause, row.last, zone) + " speaks for it";
}

std::string told_of_missed(const SlotRow& row) {
  std::string told = "missed: " + std::string(why_missed(row.reason));
  if (!row.detail.empty()) told += " (" + printable(row.detail) + ")";
  return told;
}

std::string told_of(const SlotRow& row, const Zone& zone) {
  switch (row.outcome) {
    case SlotOutcome::ran:
      return row.run ? told_of_run(*row.run) : "ran";
    case SlotOutcome::skipped:
      return told_of_skip(row, zone);
    case SlotOutcome::coalesced:
      return told_of_coalesced(row, zone);
    case SlotOutcome::missed:
      return told_of_missed(row);
  }
  std::unreachable();
}

Emphasis emphasis_of(const SlotRow& row) {
  if (row.run) return sign_of(*row.run).emphasis;
  return row.outcome == SlotOutcome::missed ? Emphasis::bad : Emphasis::faint;
}

}  // namespace

SlotStory story_of(const SlotRow& row, const Zone& zone) {
  std::string when = local_phrase(row.first, zone);
  if (row.count > 1) {
    when = std::to_string(row.count) + " slots, " + when + " to " + near(row.last, row.first, zone);
  }
  return {.when = std::move(when), .emphasis = emphasis_of(row), .told = told_of(row, zone)};
}

}  // namespace belfry::cli
