// The API's JSON, read back. The one file of this room, beside body_text.cpp, that names nlohmann/json: it is slow to
// compile.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/event.h>
#include <belfry/record.h>
#include <belfry/run.h>
#include <belfry/time.h>

#include <api/backend.h>
#include <cli/finding.h>
#include <config/problem.h>

namespace belfry::cli {

struct PolicyWords {
  std::string overlap;
  std::string missed;
  std::string queue;
  std::int64_t priority = 0;
  std::optional<Millis> timeout;
  std::optional<Millis> deadline;
  std::int64_t retries = 0;
  std::optional<std::int64_t> max_runs;
};

struct JobRow {
  std::string name;
  std::string description;
  std::vector<std::string> tags;
  std::string schedule;
  std::string schedule_in_words;
  std::string zone;
  bool is_enabled = true;
  std::optional<Pause> pause;
  std::int64_t skip_next = 0;
  struct BackfillRow {
    WallTime reached;
    WallTime upto;
  };
  std::optional<BackfillRow> backfill;
  std::optional<WallTime> next;
  std::optional<Run> last;
  std::vector<Run> open;

  // Only of a job that was asked for alone.
  std::string action;
  PolicyWords policies;
  std::vector<RunOutcome> outcomes;  // newest first
  struct ParamRow {
    std::string name;
    std::string values;  // in words
    std::optional<std::string> fallback;
    bool is_required = false;
    std::string description;
  };
  std::vector<ParamRow> params;
};

// Its schedule starts it no more, because it was to do so a number of times (S10). Only of a job that was asked for
// alone.
inline bool has_had_its_runs(const JobRow& job) {
  return !job.next && job.is_enabled && !job.pause && job.policies.max_runs && job.last;
}

// What became of a slot, or of a stretch of slots that ended alike.
struct SlotRow {
  WallTime first;
  WallTime last;
  std::int64_t count = 1;
  SlotOutcome outcome = SlotOutcome::ran;
  Reason reason = Reason::none;
  std::string detail;
  std::optional<Run> run;    // of a slot that ran
  std::optional<Run> cause;  // what was in the way, or speaks for it
};

struct RehearsalRow {
  bool would_start = false;
  std::string reason;
  std::string run;  // in the way
};

struct AuditRow {
  std::int64_t jobs = 0;
  std::int64_t slots = 0;
  std::vector<std::string> problems;
};

struct QueueRow {
  std::string name;
  std::optional<std::int64_t> concurrency;
  std::int64_t running = 0;
  std::int64_t waiting = 0;
};

struct WarningRow {
  std::string what;
  std::string cure;
};

struct StatusRow {
  std::string version;
  std::string state;
  Millis uptime{};
  std::int64_t jobs = 0;
  std::int64_t paused = 0;
  std::int64_t open = 0;
  std::int64_t running = 0;
  std::vector<QueueRow> queues;
  std::string tzdata;
  std::int64_t stuck_calls = 0;
  std::optional<api::ProcessFacts> process;  // none: a file answers, and not a daemon
  std::string config_path;
  std::string revision;
  std::string config_trouble;
  std::string state_dir;
  std::string ledger_trouble;
  std::vector<WarningRow> warnings;
};

struct UpcomingRow {
  std::string job;
  WallTime due;
};

// A list with what is needed to show it: the daemon's clock, and the zone of the file.
template <class Row>
struct Listing {
  WallTime now;
  std::string timezone;
  std::vector<Row> rows;
};

struct SlotListing : Listing<SlotRow> {
  std::optional<WallTime> known_since;  // when the daemon first saw the job
  std::optional<WallTime> pruned_upto;  // what came up to here is not all kept any more
};

Result<Listing<JobRow>> decode_jobs(std::string_view document);
Result<Listing<UpcomingRow>> decode_upcoming(std::string_view document);
Result<Listing<Run>> decode_runs(std::string_view document);
Result<Listing<Event>> decode_history(std::string_view document);
Result<SlotListing> decode_slots(std::string_view document);
Result<std::vector<std::string>> decode_names(std::string_view document);
Result<JobRow> decode_job(std::string_view document);
Result<StatusRow> decode_status(std::string_view document);
Result<std::int64_t> decode_count(std::string_view document);
Result<AuditRow> decode_audit(std::string_view document);
Result<RehearsalRow> decode_rehearsal(std::string_view document);
Result<Stretch> decode_stretch(std::string_view document);

Result<Run> decode_run(std::string_view document);

// The `detail` of a problem document; empty if it is none.
std::string decode_problem(std::string_view document);

// What to write instead, for each of its `errors` that knows it: "date=2026-11-19".
std::vector<std::string> decode_hints(std::string_view document);

// One member of an object, as JSON text on one line: what --json prints of a list.
Result<std::string> member(std::string_view document, const char* name);

// {"run": ..., "from": ..., "size": ..., "output": ...}; `run` is JSON, `output` any bytes.
struct LogExcerpt {
  std::string_view run;
  std::string_view from;
  std::string_view size;
  std::string_view output;
};
std::string encode_log(const LogExcerpt& log);

// {"output": ...} on a line of its own: a piece of what a run writes, while it is followed.
std::string encode_output(std::string_view bytes);

// What a reload changed, or would change.
struct ChangedKey {
  std::string key;
  std::string before;
  std::string after;
};
struct ChangeRow {
  std::string job;
  std::string kind;  // added, changed, removed
  std::string schedule;
  std::vector<ChangedKey> keys;
  std::optional<WallTime> next;
  std::optional<WallTime> next_before;
};
struct ReloadDocument {
  WallTime now;
  std::string timezone;
  bool needs_restart = false;
  std::vector<ChangeRow> changes;
};
Result<ReloadDocument> decode_reload(std::string_view document);

// What is wrong with a file: an array, one object per problem.
std::string encode_problems(std::span<const config::Problem> problems);

std::string encode_findings(const Findings& findings);

std::string encode_version(std::string_view version);

// What a schedule means and when it is due. The times are written in RFC 3339; an empty note becomes null.
struct ExplainedTime {
  std::string utc;
  std::string local;
  std::string note;
};
struct ExplanationDocument {
  std::string expression;
  std::string description;
  std::string normal_form;
  std::vector<ExplainedTime> next;
};
std::string encode_explanation(const ExplanationDocument& told);

}  // namespace belfry::cli
