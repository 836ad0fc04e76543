#include <algorithm>

#include <base/params.h>
#include <base/text.h>
#include <base/try.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_rows.h>

namespace belfry::sqlite {

namespace {

constexpr std::string_view run_columns =
    "sequence, id, job, era, slot, nominal, due, opened, trigger, cause, cause_job, requested_by, key, is_unique, "
    "params, revision, stands_for, "
    "attempt, launch, uncounted, boot, queue, priority, ignores_overlap, not_before, stop, stop_by, state, "
    "outcome, reason, detail, started, finished, exit_code, signal, "
    "cpu_user_us, cpu_system_us, memory_peak_bytes, output_bytes, output_dropped_bytes, "
    "leftovers, containment, progress_percent, progress_message, progress_at, result";

// Those of run_columns that belong to one attempt; `attempts` has them too.
constexpr std::string_view attempt_columns =
    "attempt, launch, uncounted, boot, stop, stop_by, state, outcome, reason, detail, started, finished, exit_code, "
    "signal, cpu_user_us, cpu_system_us, memory_peak_bytes, output_bytes, output_dropped_bytes, leftovers, "
    "containment, "
    "progress_percent, progress_message, progress_at, result";

constexpr std::string_view slots_columns = "job, era, first, last, count, outcome, reason, cause, detail";

constexpr std::string_view event_columns = "number, at, kind, since, until, job, run, who, detail";

Error damaged(const std::string& what) {
  return Error::failed("the ledger's record of " + what +
                       " is damaged: restart the daemon, which recovers what is intact, or put back a backup");
}

Containment containment_from(std::string_view word) {
  if (word == text(Containment::session)) return Containment::session;
  return word == text(Containment::cgroup) ? Containment::cgroup : Containment::unknown;
}

Error unreadable(std::string_view column, std::string_view value) {
  return Error::failed("the ledger holds the " + std::string(column) + " '" + std::string(value) +
                       "', which this version cannot read: it was written by a newer belfry, or by hand");
}

template <class Value>
Result<Value> known(std::optional<Value> value, std::string_view column, std::string_view word) {
  if (!value) return std::unexpected(unreadable(column, word));
  return std::move(*value);
}

Result<std::optional<RunId>> read_run_id_or_null(Rows& row) {
  const auto text = row.text_or_null();
  if (!text) return std::nullopt;
  return TRY(known(RunId::parse(*text), "run id", *text));
}

Result<RunTrigger> read_trigger(Rows& row) {
  const std::string word = row.text();
  return known(run_trigger_from(word), "trigger", word);
}

Result<std::optional<RunOutcome>> read_run_outcome(Rows& row) {
  const auto word = row.text_or_null();
  if (!word) return std::nullopt;
  return TRY(known(run_outcome_from(*word), "outcome of a run", *word));
}

Result<RunState> read_run_state(Rows& row) {
  const auto word = row.text_or_null();
  if (!word) return RunState::starting;  // of a closed run it means nothing
  return known(run_state_from(*word), "state of a run", *word);
}

Result<SlotOutcome> read_slot_outcome(Rows& row) {
  const std::string word = row.text();
  return known(slot_outcome_from(word), "outcome of a slot", word);
}

Result<EventKind> read_event_kind(Rows& row) {
  const std::string word = row.text();
  return known(event_kind_from(word), "kind of an event", word);
}

Result<std::optional<JobName>> read_job_name_or_null(Rows& row) {
  const auto text = row.text_or_null();
  if (!text) return std::nullopt;
  auto name = JobName::parse(*text);
  if (!name) return std::unexpected(unreadable("job name", *text));
  return *std::move(name);
}

Result<Reason> read_reason(Rows& row) {
  const std::string word = row.text();
  return known(reason_from(word), "reason", word);
}

std::optional<ProcessEnd> read_end(Rows& row) {
  const auto exit_code = row.integer_or_null();
  const auto signal = row.integer_or_null();
  if (exit_code) return ProcessEnd{.how = ProcessEnd::How::exited, .code = static_cast<int>(*exit_code)};
  if (signal) return ProcessEnd{.how = ProcessEnd::How::signalled, .code = static_cast<int>(*signal)};
  return std::nullopt;
}

std::optional<Progress> read_progress(Rows& row) {
  const auto percent = row.integer_or_null();
  auto message = row.text_or_null();
  const auto at = read_time_or_null(row);
  if (!percent || !at) return std::nullopt;
  return Progress{.percent = static_cast<int>(*percent), .message = std::move(message).value_or(""), .at = *at};
}

}  // namespace

const std::string run_selection = std::string(run_columns) + ", " + is_intact(runs_table);
const std::string slots_selection = std::string(slots_columns) + ", " + is_intact(slots_table);
const std::string event_selection = std::string(event_columns) + ", " + is_intact(events_table);

std::string_view text(Containment containment) {
  switch (containment) {
    case Containment::unknown:
      return "";
    case Containment::session:
      return "session";
    case Containment::cgroup:
      return "cgroup";
  }
  std::unreachable();
}

std::string attempt_selection() {
  const auto own = split(attempt_columns, ',');
  const auto is_own = [&](std::string_view column) {
    return std::ranges::any_of(own, [&](std::string_view one) { return trim(one) == trim(column); });
  };
  std::string columns;
  for (const auto column : split(run_columns, ',')) {
    columns += (columns.empty() ? "" : ", ") + std::string(is_own(column) ? "attempts." : "runs.");
    columns += trim(column);
  }
  return columns + ", " + is_intact(runs_table, "runs.") + " AND " + is_intact(attempts_table, "attempts.");
}

Result<JobName> read_job_name(Rows& row) {
  const std::string text = row.text();
  auto name = JobName::parse(text);
  if (!name) return std::unexpected(unreadable("job name", text));
  return name;
}

Result<RunId> read_run_id(Rows& row) {
  const std::string text = row.text();
  return known(RunId::parse(text), "run id", text);
}

std::optional<WallTime> read_time_or_null(Rows& row) {
  const auto ms = row.integer_or_null();
  return ms ? std::optional(wall_time(*ms)) : std::nullopt;
}

std::optional<Slot> read_slot_or_null(Rows& row) {
  const auto era = row.integer_or_null();
  const auto at = row.integer_or_null();
  if (!era || !at) return std::nullopt;
  return Slot{.era = static_cast<Era>(*era), .at = wall_time(*at)};
}

Result<JobSeen> read_job_seen(Rows& row) {
  JobSeen seen{.job = TRY(read_job_name(row))};
  seen.first_seen = wall_time(row.integer());
  seen.counts_from = wall_time(row.integer());
  seen.era = static_cast<Era>(row.integer());
  seen.enabled = row.integer() != 0;
  seen.schedule_normal_form = row.text();
  return seen;
}

Result<Run> read_run(Rows& row) {
  const auto sequence = static_cast<std::uint64_t>(row.integer());
  const RunId id = TRY(read_run_id(row));
  Run run{.id = id, .job = TRY(read_job_name(row))};
  run.sequence = sequence;
  run.slot = read_slot_or_null(row);
  run.nominal = read_time_or_null(row);
  run.due = wall_time(row.integer());
  run.opened = wall_time(row.integer());
  run.trigger = TRY(read_trigger(row));
  run.cause = TRY(read_run_id_or_null(row));
  run.cause_job = row.text();
  run.requested_by = row.text();
  run.key = row.text();
  run.is_unique = row.integer() != 0;
  run.params = decode_params(row.text());
  run.revision = row.text();
  run.stands_for = row.integer();
  run.attempt = static_cast<std::uint32_t>(row.integer());
  run.launch = static_cast<std::uint32_t>(row.integer());
  run.uncounted = static_cast<std::uint32_t>(row.integer());
  run.boot.text = row.text();
  run.queue = row.text();
  run.priority = static_cast<int>(row.integer());
  run.ignores_overlap = row.integer() != 0;
  run.not_before = read_time_or_null(row);
  run.stop = TRY(read_reason(row));
  run.stop_by = row.text();
  run.state = TRY(read_run_state(row));
  run.outcome = TRY(read_run_outcome(row));
  run.reason = TRY(read_reason(row));
  run.detail = row.text();
  run.started = read_time_or_null(row);
  run.finished = read_time_or_null(row);
  run.end = read_end(row);
  run.usage.cpu_user = std::chrono::microseconds{row.integer()};
  run.usage.cpu_system = std::chrono::microseconds{row.integer()};
  run.usage.memory_peak_bytes = row.integer();
  run.usage.output_bytes = row.integer();
  run.usage.output_dropped_bytes = row.integer();
  run.usage.leftovers = row.integer();
  run.usage.containment = containment_from(row.text());
  run.progress = read_progress(row);
  run.result = row.text_or_null().value_or("");
  if (row.integer() == 0) return std::unexpected(damaged("run " + run.id.text() + " of job " + run.job.text()));
  return run;
}

Result<SlotsDecided> read_slots(Rows& row) {
  SlotsDecided decided{.job = TRY(read_job_name(row))};
  decided.era = static_cast<Era>(row.integer());
  decided.slots.first = wall_time(row.integer());
  decided.slots.last = wall_time(row.integer());
  decided.slots.count = row.integer();
  decided.outcome = TRY(read_slot_outcome(row));
  decided.reason = TRY(read_reason(row));
  decided.cause = TRY(read_run_id_or_null(row));
  decided.detail = row.text();
  if (row.integer() == 0) return std::unexpected(damaged("slots of job " + decided.job.text()));
  return decided;
}

Result<Event> read_event(Rows& row) {
  Event event{.number = static_cast<std::uint64_t>(row.integer()), .at = wall_time(row.integer())};
  event.kind = TRY(read_event_kind(row));
  event.since = read_time_or_null(row);
  event.until = read_time_or_null(row);
  event.job = TRY(read_job_name_or_null(row));
  event.run = TRY(read_run_id_or_null(row));
  event.who = row.text();
  event.detail = row.text();
  if (row.integer() == 0) return std::unexpected(damaged("event " + std::to_string(event.number)));
  return event;
}

}  // namespace belfry::sqlite
