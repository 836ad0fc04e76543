#include <algorithm>
#include <vector>

#include <base/text.h>
#include <base/try.h>
#include <base/zones.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/job_schedule.h>
#include <cli/surroundings.h>
#include <config/load.h>
#include <triggers/job_words.h>

namespace belfry::cli {

namespace {

// A daemon in the foreground may know its file by a name that means another one here.
std::string file_in_force(const Context& context) {
  if (!context.config.empty()) return context.config;
  const auto around = Surroundings::of_this_process();
  const auto response = find_daemon(context, around).get("/v1/status");
  const auto status = response ? decode_status(response->body) : std::unexpected(response.error());
  return status && status->config_path.starts_with('/') ? status->config_path : find_config(around);
}

Error no_such_job(const JobSet& set, const std::string& name, const std::string& file) {
  std::vector<std::string_view> names;
  for (const Job& job : set.jobs) names.push_back(job.name.text());
  const auto near = nearest(name, names);
  return Error::not_found("there is no job '" + name + "' in " + file +
                          (near ? "; did you mean '" + std::string(*near) + "'?" : ""));
}

}  // namespace

Result<JobSchedule> schedule_of_job(const Context& context, const std::string& name) {
  const std::string file = file_in_force(context);
  ZoneCache zones;
  const auto loaded = config::load_config(file, zones);
  if (!loaded) return std::unexpected(Error::bad_input(config::render(loaded.error())));
  const auto& jobs = loaded->set->jobs;
  const auto job = std::ranges::find_if(jobs, [&](const Job& one) { return one.name.text() == name; });
  if (job == jobs.end()) return std::unexpected(no_such_job(*loaded->set, name, file));
  auto zone = TRY(zones.find(job->zone_name));
  return JobSchedule{.words = describe_triggers(*job), .schedule = job->schedule, .zone = std::move(zone)};
}

}  // namespace belfry::cli
