#include <belfry/names.h>

#include <api/target.h>
#include <base/try.h>
#include <cli/document.h>
#include <cli/find_run.h>

namespace belfry::cli {

namespace {

// Asked of the history, which also knows jobs that are gone from the file.
Result<std::string> newest_run(const DaemonLink& daemon, const JobName& job) {
  const auto response = TRY(daemon.get("/v1/runs?limit=1&job=" + api::percent_encode(job.text())));
  const auto runs = TRY(decode_runs(response.body));
  if (runs.rows.empty()) return std::string();
  return TRY(daemon.get("/v1/runs/" + runs.rows.front().id.text())).body;
}

}  // namespace

Result<std::string> find_run_document(const DaemonLink& daemon, const std::string& job_or_run) {
  const auto name = JobName::parse(job_or_run);
  if (name) {
    std::string newest = TRY(newest_run(daemon, *name));
    if (!newest.empty()) return newest;
  }
  const std::string encoded = api::percent_encode(job_or_run);
  auto run = daemon.get("/v1/runs/" + encoded);
  if (run) return std::move(run->body);
  if (run.error().kind != ErrorKind::not_found) return std::unexpected(run.error());
  if (const auto job = daemon.get("/v1/jobs/" + encoded); !job) {
    const std::string neither = "no run begins with '" + job_or_run + "', and " + job.error().what;
    return std::unexpected(Error{.kind = job.error().kind, .what = neither});
  }
  return std::unexpected(Error::not_found("job '" + job_or_run + "' has not run yet"));
}

}  // namespace belfry::cli
