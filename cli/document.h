// The API's JSON, read back. The one file of this room that names nlohmann/json: it is slow to compile.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/run.h>
#include <belfry/time.h>

#include <config/problem.h>

namespace belfry::cli {

struct JobRow {
  std::string name;
  std::string schedule;
  bool is_enabled = true;
  std::optional<WallTime> next;
  std::optional<Run> last;
  std::vector<Run> open;
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

Result<Listing<JobRow>> decode_jobs(std::string_view document);
Result<Listing<UpcomingRow>> decode_upcoming(std::string_view document);
Result<Listing<Run>> decode_runs(std::string_view document);

// Of a run's object only what the command line shows.
Result<Run> decode_run(std::string_view document);

// The `detail` of a problem document; empty if it is none.
std::string decode_problem(std::string_view document);

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

// What is wrong with a file: an array, one object per problem.
std::string encode_problems(std::span<const config::Problem> problems);

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
