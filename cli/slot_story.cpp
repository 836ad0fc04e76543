#include <algorithm>
#include <utility>

#include <cli/phrases.h>
#include <cli/slot_story.h>
#include <cli/text_width.h>
#include <cli/who.h>

namespace belfry::cli {

namespace {

constexpr Millis lateness_worth_telling = std::chrono::seconds{1};

std::string run_phrase(const Run& run, WallTime slot, const Zone& zone) {
  std::string phrase = "run " + run.id.text();
  if (run.slot) phrase += " for " + near_phrase(run.slot->at, slot, zone);
  return phrase;
}

std::string late_phrase(const Run& run) {
  const auto late = run.lateness();
  if (!late || *late < lateness_worth_telling) return "";
  return ", started " + took_phrase(*late) + " late";
}

// " of uid 0 (root)" behind "by request"
std::string asked_phrase(const Run& run) {
  return run.reason == Reason::by_request && !run.stop_by.empty() ? " of " + who_phrase(run.stop_by) : "";
}

// "exit 2": why stands at the end of the line.
std::string failure_phrase(Run run) {
  run.reason = Reason::none;
  return standing_phrase(run);
}

std::string_view why_ended(Reason reason) {
  return reason == Reason::superseded ? "a newer run took its place" : text(reason);
}

std::string told_of_run(const Run& run) {
  std::string told = "ran: run " + run.id.text();
  if (run.is_open()) {
    told += run.state == RunState::running ? " is running" : " is " + std::string(text(run.state));
  } else {
    told += run.outcome == RunOutcome::succeeded ? " succeeded" : " ended as " + std::string(text(*run.outcome));
    if (run.outcome == RunOutcome::failed) told += " (" + failure_phrase(run) + ")";
    if (run.started && run.finished) told += " after " + took_phrase(std::max(Millis{0}, *run.finished - *run.started));
  }
  told += late_phrase(run);
  if (run.attempt > 1) told += ", attempt " + std::to_string(run.attempt);
  if (run.stands_for > 1) told += "; it stands for " + std::to_string(run.stands_for) + " slots";
  if (run.reason != Reason::none && !run.is_open())
    told += ": " + std::string(why_ended(run.reason)) + asked_phrase(run);
  if (!run.detail.empty()) told += ": " + printable(run.detail);
  return told;
}

std::string told_of_overlap(const SlotRow& row, const Zone& zone) {
  if (!row.cause) return "skipped: an earlier run was still open";
  const Run& run = *row.cause;
  std::string told = "skipped: " + run_phrase(run, row.last, zone) + " was still running";
  if (run.is_open()) return told + ", and still is";
  if (run.finished) told += "; it ended " + near_phrase(*run.finished, row.last, zone);
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

// "paused by uid 0: too loud", as it is noted: with the name that belongs to the number.
std::string paused_phrase(const std::string& detail) {
  constexpr std::string_view before = "paused by ";
  if (!detail.starts_with(before)) return detail;
  const std::string rest = detail.substr(before.size());
  const std::size_t end = std::min(rest.find(": "), rest.size());
  return std::string(before) + who_phrase(rest.substr(0, end)) + rest.substr(end);
}

std::string told_of_skip(const SlotRow& row, const Zone& zone) {
  if (row.reason == Reason::overlap) return told_of_overlap(row, zone);
  if (row.detail.empty()) return "skipped: " + std::string(why_skipped(row.reason));
  const std::string detail = row.reason == Reason::paused ? paused_phrase(row.detail) : row.detail;
  return "skipped: " + printable(detail);  // says all of it: by whom and why, which calendar
}

std::string told_of_coalesced(const SlotRow& row, const Zone& zone) {
  if (!row.cause) return "coalesced: a newer slot of the job speaks for it";
  return "coalesced: " + run_phrase(*row.cause, row.last, zone) + " speaks for it";
}

bool may_wait_for(EventKind kind) {
  return kind == EventKind::daemon_started || kind == EventKind::machine_slept || kind == EventKind::ledger_unavailable;
}

const Event* stretch_around(const SlotRow& row, std::span<const Event> events) {
  const auto found = std::ranges::find_if(events, [&](const Event& event) {
    return may_wait_for(event.kind) && event.since && *event.since <= row.last && event.at >= row.first;
  });
  return found == events.end() ? nullptr : &*found;
}

// "the daemon did not run from 02:00:03 to 02:40:00"
std::string stretch_phrase(const Event& event, const SlotRow& row, const Zone& zone) {
  const char* const what = event.kind == EventKind::daemon_started  ? "the daemon did not run"
                           : event.kind == EventKind::machine_slept ? "the machine slept"
                                                                    : "the ledger could not be written";
  return std::string(what) + " from " + near_phrase(*event.since, row.last, zone) + " to " +
         near_phrase(event.at, row.last, zone);
}

std::string told_of_missed(const SlotRow& row, const Event* stretch, const Zone& zone) {
  const bool is_told_by_it = stretch != nullptr && (row.reason == Reason::down || row.reason == Reason::suspended);
  std::string told = "missed: ";
  told += is_told_by_it ? stretch_phrase(*stretch, row, zone) : std::string(why_missed(row.reason));
  if (stretch != nullptr && !is_told_by_it) told += "; " + stretch_phrase(*stretch, row, zone);
  if (!row.detail.empty()) told += " (" + printable(row.detail) + ")";
  return told;
}

std::string told_of(const SlotRow& row, const Zone& zone, std::span<const Event> events) {
  const Event* const stretch = stretch_around(row, events);
  const std::string because = stretch != nullptr ? "; " + stretch_phrase(*stretch, row, zone) : "";
  switch (row.outcome) {
    case SlotOutcome::ran:
      if (!row.run) return "ran";
      return told_of_run(*row.run) + (row.run->trigger == RunTrigger::catch_up ? because : "");
    case SlotOutcome::skipped:
      return told_of_skip(row, zone);
    case SlotOutcome::coalesced:
      return told_of_coalesced(row, zone) + because;
    case SlotOutcome::missed:
      return told_of_missed(row, stretch, zone);
  }
  std::unreachable();
}

Emphasis emphasis_of(const SlotRow& row) {
  if (row.run) return sign_of(*row.run).emphasis;
  return row.outcome == SlotOutcome::missed ? Emphasis::bad : Emphasis::faint;
}

}  // namespace

SlotStory story_of(const SlotRow& row, const Zone& zone, std::span<const Event> events) {
  std::string when = local_phrase(row.first, zone);
  if (row.count > 1) {
    when = std::to_string(row.count) + " slots, " + when + " to " + near_phrase(row.last, row.first, zone);
  }
  return {.when = std::move(when), .emphasis = emphasis_of(row), .told = told_of(row, zone, events)};
}

}  // namespace belfry::cli
