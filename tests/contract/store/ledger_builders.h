// Records for tests of the ledger, and all that is known of one as a text: two are the same if their texts are.
#pragma once

#include <string>
#include <vector>

#include <belfry/record.h>
#include <belfry/store.h>

#include <base/text.h>

namespace belfry::tests {

inline JobName job(std::string_view name) { return JobName::parse(name).value(); }

// "09:30" on the day that these tests live in.
inline WallTime clock(std::string_view time) {
  return parse_rfc3339("2026-11-20T" + std::string(time) + ":00Z").value();
}

inline Slot slot(std::string_view time, std::uint32_t era = 0) { return {.era = Era{era}, .at = clock(time)}; }

// As the core sees it: the id is made of the sequence, `due` is the slot.
inline Run start_of(std::string_view job_name, std::uint64_t sequence, std::optional<Slot> at = std::nullopt) {
  const WallTime due = at ? at->at : clock("12:00");
  Run run{.id = RunId::make(due, 7, sequence), .job = job(job_name)};
  run.slot = at;
  run.sequence = sequence;
  run.trigger = at ? RunTrigger::schedule : RunTrigger::manual;
  run.revision = "r1";
  run.boot.text = "boot-1";
  run.due = due;
  return run;
}

inline RunChanged relaunch(Run run, std::uint32_t launch, const char* boot) {
  run.launch = launch;
  run.boot = {boot};
  return {std::move(run)};
}

inline Run end_of(Run run, RunOutcome outcome = RunOutcome::succeeded) {
  run.outcome = outcome;
  run.started = run.due;
  run.finished = run.due + Millis{1500};
  run.end = ProcessEnd{.how = ProcessEnd::How::exited, .code = outcome == RunOutcome::succeeded ? 0 : 1};
  return run;
}

inline JobSeen sight_of(std::string_view job_name, std::uint32_t era = 0) {
  JobSeen seen{.job = job(job_name)};
  seen.first_seen = clock("08:00");
  seen.counts_from = clock("08:30");
  seen.era = Era{era};
  seen.schedule_normal_form = "every 1h";
  return seen;
}

inline SlotsDecided decided(std::string_view job_name, Slot only, SlotOutcome outcome = SlotOutcome::missed) {
  SlotsDecided slots{.job = job(job_name)};
  slots.era = only.era;
  slots.slots = {.first = only.at, .last = only.at, .count = 1};
  slots.outcome = outcome;
  slots.reason = outcome == SlotOutcome::missed ? Reason::late_limit : Reason::none;
  return slots;
}

inline std::string describe(std::optional<WallTime> t) { return t ? format_utc(*t) : "-"; }

inline std::string describe(std::optional<Slot> s) {
  return s ? format_utc(s->at) + "/" + std::to_string(std::to_underlying(s->era)) : "-";
}

inline std::string describe(const std::optional<ProcessEnd>& end) {
  if (!end) return "-";
  return (end->how == ProcessEnd::How::exited ? "exit " : "signal ") + std::to_string(end->code);
}

// Everything but `state`, which the ledger does not keep: an open run is starting or running, and that changes.
inline std::string describe(const Run& r) {
  const std::vector<std::string> fields{
      std::to_string(r.sequence),
      r.id.text(),
      r.job.text(),
      describe(r.slot),
      describe(r.due),
      std::string(text(r.trigger)),
      r.requested_by,
      r.revision,
      std::to_string(r.stands_for),
      std::to_string(r.attempt) + "." + std::to_string(r.launch),
      r.boot.text,
      r.outcome ? std::string(text(*r.outcome)) : "open",
      std::string(text(r.reason)),
      r.detail,
      describe(r.started),
      describe(r.finished),
      describe(r.end),
      std::to_string(r.usage.cpu_user.count()),
      std::to_string(r.usage.cpu_system.count()),
      std::to_string(r.usage.memory_peak_bytes),
      std::to_string(r.usage.output_bytes),
  };
  std::string line;
  for (const auto& field : fields) line += field + " | ";
  return line;
}

inline std::string describe(const std::optional<Run>& run) { return run ? describe(*run) : "none"; }

inline std::string describe(const std::vector<Run>& runs) {
  std::string lines;
  for (const auto& run : runs) lines += describe(run) + "\n";
  return lines;
}

inline std::string describe(const SlotsDecided& d) {
  return d.job.text() + " " + describe(Slot{d.era, d.slots.first}) + ".." + describe(d.slots.last) + " x" +
         std::to_string(d.slots.count) + " " + std::string(text(d.outcome)) + " (" + std::string(text(d.reason)) +
         ") " + (d.cause ? d.cause->text() : "-") + (d.detail.empty() ? "" : " " + d.detail);
}

inline std::string describe(const JobMemory& m) {
  return m.seen.job.text() + " seen " + describe(m.seen.first_seen) + " counts from " + describe(m.seen.counts_from) +
         " era " + std::to_string(std::to_underlying(m.seen.era)) + " " + m.seen.schedule_normal_form +
         (m.removed ? " removed" : "") + " mark " + describe(m.mark) + " last " + describe(m.last) + " success " +
         describe(m.previous_success);
}

inline std::string describe(const Snapshot& s) {
  std::string lines = "batch " + std::to_string(std::to_underlying(s.last_batch)) + ", sequence " +
                      std::to_string(s.last_sequence) + "\n";
  for (const auto& memory : s.jobs) lines += describe(memory) + "\n";
  return lines + describe(s.open_runs);
}

}  // namespace belfry::tests
