// Records for tests of the ledger, and all that is known of one as a text: two are the same if their texts are.
#pragma once

#include <string>
#include <vector>

#include <belfry/record.h>
#include <belfry/store.h>

#include <base/params.h>
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
  run.nominal = due;
  run.opened = due + Millis{3};
  run.due = due;
  run.queue = "default";
  return run;
}

// With something in every field that a run may have when it opens.
inline Run special_start(std::string_view job_name, std::uint64_t sequence, std::optional<Slot> at) {
  Run run = start_of(job_name, sequence, at);
  run.nominal = clock("07:00");
  run.trigger = RunTrigger::catch_up;
  run.cause = start_of("cause", 99).id;
  run.requested_by = "uid 1000";
  run.key = "a key";
  run.is_unique = true;
  run.params = Params{{"day", "2026-11-19"}, {"note", "two\nlines"}};
  run.revision = "r2";
  run.stands_for = 12;
  run.attempt = 2;
  run.launch = 4;
  run.boot.text = "boot-9";
  run.queue = "database";
  run.priority = -7;
  run.ignores_overlap = true;
  run.not_before = clock("09:30");
  run.state = RunState::queued;
  run.due += Millis{20};
  return run;
}

// The same run later, still open, with every field changed that may change.
inline Run moved_on(Run run) {
  run.nominal = clock("07:01");
  run.trigger = RunTrigger::backfill;
  run.cause = start_of("cause", 98).id;
  run.cause_job = "report";
  run.requested_by = "uid 1001";
  run.params = Params{{"day", "2026-11-20"}};
  run.revision = "r3";
  run.stands_for = 13;
  run.attempt = 3;
  run.launch = 1;
  run.uncounted = 1;
  run.boot.text = "boot-10";
  run.queue = "other";
  run.priority = 8;
  run.not_before = clock("09:40");
  run.stop = Reason::deadline;
  run.stop_by = "uid 1002";
  run.state = RunState::running;
  run.reason = Reason::overlap;
  run.detail = "on its way";
  run.opened += Millis{5};
  run.started = clock("09:41");
  run.finished = clock("09:42");
  run.end = ProcessEnd{.how = ProcessEnd::How::exited, .code = 75};
  run.usage = {.cpu_user = std::chrono::microseconds{11},
               .cpu_system = std::chrono::microseconds{12},
               .memory_peak_bytes = 13,
               .output_bytes = 14,
               .output_dropped_bytes = 3,
               .leftovers = 2,
               .containment = Containment::cgroup};
  run.progress = Progress{.percent = 37, .message = "on row 37", .at = clock("09:41")};
  run.result = "half";
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

inline JobStanding standing_of(std::string_view job_name) {
  return {.job = job(job_name),
          .pause = Pause{.since = clock("09:00"), .until = clock("17:00"), .by = "uid 1000", .reason = "it's \"off\""},
          .skip_next = 3,
          .runs_started = 1'000'000'000'000,
          .failures_in_row = 4,
          .causes = {job("a"), job("a.b"), job("a-b")},
          .anchor = clock("08:00") + Millis{1},
          .startup_boot = BootId{"boot-1"}};
}

inline Backfill backfill_of(std::string_view job_name, std::uint64_t id) {
  Backfill backfill{.id = id, .job = job(job_name)};
  backfill.reached = clock("01:00");
  backfill.upto = clock("06:00");
  backfill.requested_by = "uid 1000";
  backfill.params = Params{{"day", "2026-11-19"}};
  return backfill;
}

inline IntervalTime interval_time(std::string_view at) {
  return {.at = clock(at), .boot = BootTime{std::chrono::hours{77}}, .boot_id = BootId{"boot-1"}};
}

inline std::string describe(std::optional<WallTime> t) { return t ? format_utc(*t) : "-"; }

inline std::string describe(std::optional<Slot> s) {
  return s ? format_utc(s->at) + "/" + std::to_string(std::to_underlying(s->era)) : "-";
}

inline std::string describe(const std::optional<ProcessEnd>& end) {
  if (!end) return "-";
  return (end->how == ProcessEnd::How::exited ? "exit " : "signal ") + std::to_string(end->code);
}

inline std::string describe(const std::optional<RunId>& id) { return id ? id->text() : "-"; }

// Every field; of a closed run the state means nothing.
inline std::string describe(const Run& r) {
  const std::vector<std::string> fields{
      std::to_string(r.sequence),
      r.id.text(),
      r.job.text(),
      describe(r.slot),
      describe(r.nominal),
      describe(r.due),
      describe(r.opened),
      std::string(text(r.trigger)),
      describe(r.cause) + " " + r.cause_job.str(),
      r.requested_by,
      r.key + (r.is_unique ? " unique" : ""),
      encode_params(r.params),
      r.revision,
      std::to_string(r.stands_for),
      std::to_string(r.attempt) + "." + std::to_string(r.launch) + " (" + std::to_string(r.uncounted) + ")",
      r.boot.text,
      r.queue.str() + " " + std::to_string(r.priority) + (r.ignores_overlap ? " beside" : ""),
      describe(r.not_before),
      std::string(text(r.stop)) + " " + r.stop_by,
      r.is_open() ? std::string(text(r.state)) : std::string(text(*r.outcome)),
      std::string(text(r.reason)),
      r.detail,
      describe(r.started),
      describe(r.finished),
      describe(r.end),
      std::to_string(r.usage.cpu_user.count()),
      std::to_string(r.usage.cpu_system.count()),
      std::to_string(r.usage.memory_peak_bytes),
      std::to_string(r.usage.output_bytes),
      std::to_string(r.usage.output_dropped_bytes),
      std::to_string(r.usage.leftovers),
      std::to_string(std::to_underlying(r.usage.containment)),
      r.progress ? std::to_string(r.progress->percent) + "% " + r.progress->message + " " + describe(r.progress->at)
                 : "-",
      r.result,
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

inline std::string describe(const std::vector<SlotsDecided>& all) {
  std::string lines;
  for (const auto& one : all) lines += describe(one) + "\n";
  return lines;
}

inline Event event_of(EventKind kind, std::string_view time, std::optional<JobName> of = std::nullopt) {
  return {.at = clock(time), .kind = kind, .job = std::move(of), .who = "uid 1000", .detail = "it's \"so\""};
}

inline std::string describe(const Event& e) {
  return std::to_string(e.number) + " " + describe(e.at) + " " + std::string(text(e.kind)) + " since " +
         describe(e.since) + " until " + describe(e.until) + " of " + (e.job ? e.job->text() : "-") + " " +
         describe(e.run) + " by '" + e.who + "': " + e.detail;
}

inline std::string describe(const std::vector<Event>& all) {
  std::string lines;
  for (const auto& one : all) lines += describe(one) + "\n";
  return lines;
}

inline std::string describe(const JobStanding& s) {
  std::string line = " standing";
  if (s.pause) {
    line += " paused " + describe(s.pause->since) + ".." + describe(s.pause->until) + " by '" + s.pause->by + "' '" +
            s.pause->reason + "'";
  }
  line += " skip " + std::to_string(s.skip_next) + " started " + std::to_string(s.runs_started) + " failures " +
          std::to_string(s.failures_in_row);
  for (const auto& cause : s.causes) line += " after " + cause.text();
  return line + " anchor " + describe(s.anchor) + " boot " + (s.startup_boot ? s.startup_boot->text.str() : "-");
}

inline std::string describe(const JobMemory& m) {
  return m.seen.job.text() + " seen " + describe(m.seen.first_seen) + " counts from " + describe(m.seen.counts_from) +
         " era " + std::to_string(std::to_underlying(m.seen.era)) + " " + m.seen.schedule_normal_form +
         (m.seen.enabled ? "" : " disabled") + (m.removed ? " removed" : "") +
         (m.standing ? describe(*m.standing) : "") + " mark " + describe(m.mark) + " last " + describe(m.last) +
         " success " + describe(m.previous_success);
}

inline std::string describe(const Backfill& b) {
  return "backfill " + std::to_string(b.id) + " " + b.job.text() + " " + describe(b.reached) + ".." + describe(b.upto) +
         " by " + b.requested_by + " " + encode_params(b.params);
}

inline std::string describe(const std::optional<IntervalTime>& t) {
  if (!t) return "-";
  return describe(t->at) + " boot " + std::to_string(t->boot.time_since_epoch().count()) + " " + t->boot_id.text.str();
}

inline std::string describe(const Snapshot& s) {
  std::string lines = "batch " + std::to_string(std::to_underlying(s.last_batch)) + ", sequence " +
                      std::to_string(s.last_sequence) + "\n";
  for (const auto& memory : s.jobs) lines += describe(memory) + "\n";
  lines += describe(s.open_runs);
  for (const auto& backfill : s.backfills) lines += describe(backfill) + "\n";
  for (const auto& kept : s.keys) lines += "key " + kept.key + " " + kept.run.text() + "\n";
  for (const auto& kept : s.requests) {
    lines += "unique " + kept.job.text() + " " + encode_params(kept.params) + " " + kept.run.text() + "\n";
  }
  return lines + (s.interval_time ? "interval time " + describe(s.interval_time) + "\n" : "");
}

}  // namespace belfry::tests
