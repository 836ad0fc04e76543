#include <algorithm>

#include <api/find_job.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

Error no_such_job(const View& view, const std::string& name) {
  std::vector<std::string_view> names;
  if (const JobSet* set = view.job_set()) {
    for (const Job& job : set->jobs) names.push_back(job.name.text());
  }
  std::string what = "there is no job '" + name + "'";
  if (const auto near = nearest(name, names)) what += "; did you mean '" + std::string(*near) + "'?";
  return Error::not_found(std::move(what));
}

bool is_selected(const Job& job, const Selection& selection) {
  return selection.is_all || std::any_of(selection.tags.begin(), selection.tags.end(),
                                         [&](const std::string& tag) { return has_tag(job, tag); });
}

}  // namespace

bool has_tag(const Job& job, std::string_view tag) {
  return std::find(job.tags.begin(), job.tags.end(), tag) != job.tags.end();
}

Result<JobView> find_job(const View& view, const std::string& text) {
  const auto name = JobName::parse(text);
  auto job = name ? view.job(*name) : std::nullopt;
  if (!job) return std::unexpected(no_such_job(view, text));
  return std::move(*job);
}

Result<std::vector<JobName>> find_jobs(const View& view, const Selection& selection) {
  std::vector<JobName> names;
  for (const std::string& name : selection.jobs) names.push_back(TRY(find_job(view, name)).job->name);
  if (!selection.jobs.empty()) return names;
  for (const JobView& job : view.jobs()) {
    if (is_selected(*job.job, selection)) names.push_back(job.job->name);
  }
  if (names.empty()) return std::unexpected(Error::not_found("there is no such job: none has one of these tags"));
  return names;
}

}  // namespace belfry::api
