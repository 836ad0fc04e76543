// The API's documents. Every object always has all of its keys; what does not apply is null. Times are RFC 3339 in UTC.
// Text that is not UTF-8 is mended with U+FFFD rather than refused. Their nouns are in json_nouns.h.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <belfry/error.h>
#include <belfry/run.h>
#include <belfry/scheduler.h>

#include <api/backend.h>
#include <api/problem.h>
#include <triggers/due_times.h>

namespace belfry::api {

// What lists of times need to be shown to a person: the file's zone, and the daemon's clock.
struct ListFrame {
  WallTime now;
  std::string timezone;
};

// {run, job, attempt, from, output}: a piece of what a run wrote, on one line.
struct OutputPiece {
  const Run& run;
  std::uint64_t from = 0;
  const std::string& bytes;
};
std::string output_json(const OutputPiece& piece);

// {id, job, slot, trigger, attempt, state, outcome, reason, ...}: `state` while it is open, `outcome` when it is
// closed.
std::string run_json(const Run& run);

// {name, description, tags, schedule, schedule_in_words, timezone, enabled, pause, skip_next, backfill, next, last,
// open, action, policies, params, outcomes}: the last four only of a job that was asked for alone; `outcomes` are those
// of its newest runs, newest first.
std::string job_json(const JobView& job, const std::vector<Run>& newest_runs);

// {names}: of the jobs, in file order; for completion, which has no time to lose.
std::string names_json(const JobSet* set);

// {count}: of what a request was about.
std::string count_json(std::int64_t count);

// {count, first, last}
std::string stretch_json(const Stretch& stretch);

// What a request for a run would come to: {job, would_start, reason, run}.
struct Rehearsal {
  JobName job;
  Reason reason = Reason::none;  // why not; none: it would
  std::optional<RunId> in_the_way;
};
std::string rehearsal_json(const Rehearsal& rehearsal);

// What became of one slot, or of a stretch of them that ended alike.
struct SlotRow {
  std::variant<Run, SlotsDecided> what;  // the run of a slot that ran
  std::optional<Run> cause;              // the run that was in the way, or that speaks for it, where it is kept
};

struct SlotsTold {
  std::vector<SlotRow> rows;            // newest first
  std::optional<WallTime> known_since;  // when the daemon first saw the job; none: the ledger never heard of it
  std::optional<WallTime> pruned_upto;  // what came up to here is not all kept any more
};

// {now, timezone, slots: [{slot, last, count, outcome, reason, detail, run, cause}], known_since, pruned_upto}: `run`
// is the run's object where the outcome is `ran`, `cause` that of the run that was in the way or speaks for these
// slots.
std::string slots_json(const SlotsTold& told, const ListFrame& frame);

// {now, timezone, events: [{number, at, kind, job, run, who, since, until, detail, text}], before}: `before` asks for
// the next page; null on the last one. `text` is all of it in a sentence, its times in UTC.
std::string history_json(const std::vector<Event>& events, std::optional<std::uint64_t> before, const ListFrame& frame);

// The data of a streamed event.
std::string notice_json(const Notice& notice);

// {now, timezone, runs: [...], before}: `before` asks for the next page; null on the last one.
std::string runs_json(const std::vector<Run>& runs, std::optional<RunId> before, const ListFrame& frame);

std::string jobs_json(const std::vector<JobView>& jobs, const ListFrame& frame);
std::string upcoming_json(const std::vector<UpcomingSlot>& slots, const ListFrame& frame);

// {now, timezone, needs_restart, changes: [{job, kind, schedule, keys: [{key, before, after}], next, next_before}]}
std::string reloaded_json(const Reloaded& reloaded, const ListFrame& frame);

// {expression, description, normal_form, next: [{utc, local, note}]}: as `belfry explain --json` prints it.
struct ExplanationTold {
  std::string expression;
  std::string words;
  const Schedule& schedule;
  const Zone& zone;  // in which `local` is written
  std::vector<DueTime> next;
};
std::string explanation_json(const ExplanationTold& told);

// {path, revision, jobs, timezone, trouble, problems, files, daemon}: the configuration in force, and what is wrong
// with the file as it is now.
std::string config_json(const ConfigFacts& facts, const JobSet* set);

// {is_valid, problems: [{file, line, column, severity, name, detail, hint}]}
std::string problems_json(const std::vector<FileProblem>& problems);

std::string status_json(const StatusFacts& facts, const View& view);
std::string audit_json(const AuditFacts& facts);
std::string problem_json(const Problem& problem);

}  // namespace belfry::api
