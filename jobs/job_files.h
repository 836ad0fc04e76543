// What a job leaves for the daemon in the job/ directory of its attempt: how far it is, its result, and a checkpoint
// for the next attempt. The directory is the job's own, so what stands in it is believed in nothing: a file counts if
// it is a regular one of the directory's owner with one name, links are not followed, and no more is read than there
// may be.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <belfry/run.h>

namespace belfry {

// "80 uploading", "100": what stands behind `::progress`. None: it is not that.
std::optional<Progress> parse_progress(std::string_view text, WallTime at);

// Cut to its bound, on one line, without what a terminal would act on.
std::string clean_progress_message(std::string_view text);

// What a job has said last of how far it is, on its stdout or with `belfry progress`.
std::optional<Progress> read_progress(const std::string& run_directory);

struct JobResult {
  std::string bytes;
  std::string trouble;  // why there is none although the job left one; for a person
};
JobResult read_result(const std::string& run_directory);

// Moves the checkpoint that an earlier attempt of the run has left to this one, which has a directory already. None
// left, or one of another user's: there is nothing to do.
void take_over_checkpoint(const std::string& runs_path, const AttemptId& id);

inline constexpr std::size_t checkpoint_bytes_max = 64U << 20U;

}  // namespace belfry
