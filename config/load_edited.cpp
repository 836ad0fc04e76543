#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <config/load_edited.h>
#include <config/load_whole.h>
#include <config/sharing.h>
#include <config/tree_builder.h>

namespace belfry::config {

namespace {

bool speaks_of_others(const Job& job) { return job.after || job.was; }

// The jobs that stay in the set, and the names of those that go.
struct Split {
  std::vector<const Job*> kept;
  std::set<std::string_view> gone;
};

Split split(const std::vector<Job>& before, const std::vector<std::uint32_t>& order) {
  Split split;
  std::vector<bool> is_kept(before.size());
  for (const std::uint32_t place : order) {
    if (place != EditedText::is_new) is_kept[place] = true;
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (is_kept[i]) {
      split.kept.push_back(&before[i]);
    } else {
      split.gone.insert(before[i].name.text());
    }
  }
  return split;
}

// What jobs say of each other is checked where all of them are read. It holds as before if the new ones say nothing,
// and the others either as little or of the same names.
bool agree(const Split& before, const std::vector<Job>& added) {
  std::set<std::string_view> names;
  for (const Job& job : added) names.insert(job.name.text());
  if (std::ranges::any_of(before.kept, [&](const Job* job) { return names.contains(job->name.text()); })) return false;
  if (std::ranges::any_of(added, speaks_of_others)) return false;
  return names == before.gone ||
         std::ranges::none_of(before.kept, [](const Job* job) { return speaks_of_others(*job); });
}

bool fits(const EditedText& edited, std::size_t size) {
  return size <= Limits{}.size_max && edited.pieces.nodes <= Limits{}.events_max;
}

std::vector<Job> in_order(const EditedText& edited, const std::vector<Job>& before, const std::vector<Job>& added) {
  std::vector<Job> jobs;
  jobs.reserve(edited.order.size());
  auto next = added.begin();
  for (const std::uint32_t place : edited.order) {
    jobs.push_back(place == EditedText::is_new ? *next++ : before[place]);
  }
  return jobs;
}

}  // namespace

std::optional<LoadedConfig> load_edited(const FileText& main, ZoneCache& zones, const ParseOptions& options) {
  const auto& [before, pieces] = options.before;
  const bool is_known = before && pieces && pieces->jobs.size() == before->jobs.size();
  if (!is_known || options.lint_at) return std::nullopt;  // warnings are of all jobs
  const Source source(main.name, main.text);
  auto edited = compare_text(*pieces, source.text());
  if (!edited) return std::nullopt;

  ParseOptions alone = options;
  alone.before = {};
  auto rest = load_whole({.name = main.name, .text = std::move(edited->rest)}, zones, alone);
  if (!rest || !rest->warnings.empty() || !rest->pieces || rest->pieces->jobs != edited->rest_jobs) return std::nullopt;
  edited->pieces.nodes += rest->pieces->nodes;
  if (!fits(*edited, main.text.size()) || rest->set->zone_name != before->zone_name) return std::nullopt;
  if (!agree(split(before->jobs, edited->order), rest->set->jobs)) return std::nullopt;

  rest->files = {main};
  rest->pieces = std::make_shared<const Pieces>(std::move(edited->pieces));
  JobSet set{.jobs = in_order(*edited, before->jobs, rest->set->jobs),
             .queues = rest->set->queues,
             .revision = revision_of(rest->files),
             .zone_name = rest->set->zone_name};
  share_with(*before, set);
  rest->set = std::make_shared<const JobSet>(std::move(set));
  return *std::move(rest);
}

}  // namespace belfry::config
