#include <map>

#include <daemon/unmet_wishes.h>

namespace belfry {

namespace {

using Names = std::vector<std::string>;

constexpr std::size_t names_max = 5;

std::string list_of(const Names& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < names_max; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > names_max) text += " and " + std::to_string(names.size() - names_max) + " more";
  return text;
}

void add_limits(std::vector<api::Warning>& warnings, const JobSet& set, const CgroupFacts& cgroups) {
  std::map<std::string, Names> jobs;  // by the controllers that are missing
  for (const Job& job : set.jobs) {
    const Controllers missing = Controllers::needed_for(job.process->limits).without(cgroups.available);
    if (!missing.is_empty()) jobs[missing.words()].push_back(job.name.text());
  }
  const std::string why =
      cgroups.why_none.empty() ? "the daemon's control group has no such controller" : cgroups.why_none;
  for (const auto& [controllers, names] : jobs) {
    warnings.push_back(
        {.what = "these limits do not hold here: " + controllers + ", of " + list_of(names) + " (" + why + ")",
         .cure = "run the daemon as a service with Delegate=yes, or take the limits away"});
  }
}

void add_journal(std::vector<api::Warning>& warnings, const JobSet& set) {
  Names names;
  for (const Job& job : set.jobs) {
    if (job.process->output_to_journal) names.push_back(job.name.text());
  }
  if (names.empty()) return;
  warnings.push_back({.what = "there is no journal to which output could go, that of " + list_of(names),
                      .cure = "take  journal: true  away; what a job writes is kept for `belfry logs` in any case"});
}

}  // namespace

std::vector<api::Warning> unmet_wishes(const JobSet& set, const Machine& machine) {
  std::vector<api::Warning> warnings;
  add_limits(warnings, set, machine.cgroups);
  if (!machine.has_journal) add_journal(warnings, set);
  return warnings;
}

}  // namespace belfry
