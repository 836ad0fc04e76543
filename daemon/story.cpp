#include <utility>

#include <base/text.h>
#include <daemon/story.h>

namespace belfry {

std::string end_in_words(const Run& run) {
  std::string words;
  const auto add = [&words](std::string_view more) {
    words.append(words.empty() || more.empty() ? "" : ", ").append(more);
  };
  if (run.end && run.end->how == ProcessEnd::How::signalled) add("signal " + std::to_string(run.end->code));
  if (run.end && run.end->how == ProcessEnd::How::exited && run.end->code != 0) {
    add("exit " + std::to_string(run.end->code));
  }
  add(text(run.reason));
  add(run.detail);
  return words;
}

namespace {

using log::Level;

std::string job_and_run(const Run& run) { return run.job.text() + ": run " + run.id.text(); }

std::string when(const std::optional<WallTime>& time) { return time ? format_utc(*time) : "soon"; }

LogLine tell_one(const RunQueuedNotice& notice) {
  const Run& run = notice.run;
  std::string line = job_and_run(run) + " waits";
  line += run.not_before ? " until " + format_utc(*run.not_before) : " for its turn in queue " + run.queue.str();
  return {Level::info, std::move(line)};
}

LogLine tell_one(const RunProgressNotice&) { return {}; }

LogLine tell_one(const RunWaitingNotice& notice) {
  const Run& run = notice.run;
  return {Level::warning, job_and_run(run) + ": attempt " + std::to_string(run.attempt) + " failed (" +
                              end_in_words(run) + "); the next one begins at " + when(run.not_before)};
}

LogLine tell_one(const JobPausedNotice& notice) {
  std::string line = notice.job.text() + " is paused by " + notice.pause.by;
  if (notice.pause.until) line += " until " + format_utc(*notice.pause.until);
  if (!notice.pause.reason.empty()) line += ": " + notice.pause.reason;
  return {Level::info, std::move(line)};
}

LogLine tell_one(const JobResumedNotice& notice) {
  return {Level::info, notice.job.text() + " goes on" + (notice.by.empty() ? "" : ", resumed by " + notice.by)};
}

LogLine tell_one(const JobTroubleNotice& notice) { return {Level::error, notice.job.text() + ": " + notice.what}; }

LogLine tell_one(const ClockNotice& notice) {
  using What = ClockNotice::What;
  const std::string by = format_duration(notice.by);
  switch (notice.what) {
    case What::set_forward:
      return {Level::warning, "the clock was set forward by " + by};
    case What::set_back:
      return {Level::warning, "the clock was set back by " + by + "; no slot is started twice"};
    case What::slept:
      return {Level::info, "the machine slept for " + by};
    case What::rebased:
      return {Level::error, "the clock was wrong and is put right: the schedules of " + std::to_string(notice.jobs) +
                                " jobs had gone up to " + by + " ahead, and begin again from now on"};
  }
  std::unreachable();
}

LogLine tell_one(const RunStartedNotice& notice) {
  const Run& run = notice.run;
  if (notice.is_found_again) {
    const std::string at = run.started ? " at " + format_utc(*run.started) : "";
    return {Level::info, job_and_run(run) + " was started" + at + " by an earlier daemon, and is taken over"};
  }
  std::string line = job_and_run(run) + " started";
  if (run.slot) line += " for " + format_utc(run.slot->at);
  if (run.stands_for > 1) line += ", standing for " + std::to_string(run.stands_for) + " slots";
  if (!run.requested_by.empty()) line += " on request of " + run.requested_by;
  if (const auto late = run.lateness(); late && *late >= std::chrono::seconds{1}) {
    line += ", " + format_duration(*late) + " late";
  }
  return {Level::info, std::move(line)};
}

LogLine tell_one(const RunClosedNotice& notice) {
  const Run& run = notice.run;
  std::string line = job_and_run(run) + " " + std::string(text(*run.outcome));
  if (const std::string end = end_in_words(run); !end.empty()) line += " (" + end + ")";
  if (run.started && run.finished) line += " after " + format_duration(*run.finished - *run.started);
  return {run.outcome == RunOutcome::succeeded ? Level::info : Level::warning, std::move(line)};
}

LogLine tell_one(const SlotsDecidedNotice& notice) {
  const SlotsDecided& decided = notice.decided;
  const Stretch& slots = decided.slots;
  std::string line = decided.job.text() + ": ";
  if (slots.count == 1) {
    line += "slot " + format_utc(slots.last);
  } else {
    line += std::to_string(slots.count) + " slots from " + format_utc(slots.first) + " to " + format_utc(slots.last);
  }
  line += " " + std::string(text(decided.outcome));
  if (!decided.detail.empty()) {
    line += " (" + decided.detail + ")";
  } else if (decided.reason != Reason::none) {
    line += " (" + std::string(text(decided.reason)) + ")";
  }
  if (decided.cause) {
    line += decided.outcome == SlotOutcome::coalesced ? " into run " : ": still open is run ";
    line += decided.cause->text();
  }
  const bool expected = decided.outcome == SlotOutcome::coalesced || decided.reason == Reason::disabled ||
                        decided.reason == Reason::excluded;
  return {expected ? Level::info : Level::warning, std::move(line)};
}

LogLine tell_one(const LedgerNotice& notice) {
  if (notice.why.empty()) return {Level::info, "the ledger accepts again; jobs that are due are started"};
  return {Level::error, "the ledger cannot be written, so nothing is started: " + notice.why};
}

}  // namespace

LogLine tell(const Notice& notice) {
  return std::visit([](const auto& one) { return tell_one(one); }, notice);
}

}  // namespace belfry
