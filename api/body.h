// The bodies of requests, read strictly: nothing, or one JSON object; a key that the route does not take, or a value
// of another type, is refused with its name. Never ignored.
//
// The one file of this room, beside json.cpp, that names nlohmann/json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/params.h>
#include <belfry/time.h>

namespace belfry::api {

// POST /v1/jobs/{job}/runs
struct RunBody {
  std::optional<WallTime> scheduled_time;  // the time the run is told it is for
  std::optional<WallTime> at;              // not before
  std::optional<Millis> delay;             // or not before this much time has passed
  std::optional<int> priority;
  bool ignores_overlap = false;
  bool is_dry_run = false;
  std::vector<Param> params;     // numbers and truth values as their texts
  std::string queue;             // empty: the job's
  std::optional<Millis> unique;  // `true` is 0s: as long as the other run is open
};
Result<RunBody> read_run_body(std::string_view body);

// POST /v1/runs/{run}/progress
struct ProgressBody {
  int percent = 0;
  std::string message;
};
Result<ProgressBody> read_progress_body(std::string_view body);

// Which jobs, where several may be meant.
struct Selection {
  std::vector<std::string> jobs;
  std::vector<std::string> tags;  // those with one of them
  bool is_all = false;
};

// POST /v1/jobs/pause; without the selection, /v1/jobs/{job}/pause
struct PauseBody {
  Selection selection;
  std::optional<WallTime> until;
  std::optional<Millis> length;  // `for`: until so much later
  std::string reason;
};
Result<PauseBody> read_pause_body(std::string_view body);
Result<PauseBody> read_pause_of_job_body(std::string_view body);

struct ResumeBody {
  Selection selection;
  bool catches_up = false;
};
Result<ResumeBody> read_resume_body(std::string_view body);
Result<ResumeBody> read_resume_of_job_body(std::string_view body);

// POST /v1/jobs/{job}/skip
Result<std::uint32_t> read_skip_body(std::string_view body);

// POST /v1/jobs/{job}/backfill
struct BackfillBody {
  WallTime from;
  WallTime to;
  bool is_dry_run = false;
  std::vector<Param> params;
};
Result<BackfillBody> read_backfill_body(std::string_view body);

// POST /v1/config/reload: whether it is only a rehearsal.
Result<bool> read_reload_body(std::string_view body);

// POST /v1/config/validate: the text; none: the file's.
Result<std::optional<std::string>> read_validate_body(std::string_view body);

// For a request that takes no keys.
Result<void> read_empty_body(std::string_view body);

}  // namespace belfry::api
