#include <map>

#include <base/words.h>
#include <daemon/unmet_wishes.h>

namespace belfry {

namespace {

using Names = std::vector<std::string>;

constexpr std::size_t names_max = 5;

std::string list_of(const Names& names) { return some_of(names, names_max); }

void add_group_limits(std::vector<api::Warning>& warnings, const JobSet& set, const CgroupFacts& cgroups) {
  std::map<std::string, Names> jobs;  // by the controllers that are missing
  for (const Job& job : set.jobs) {
    const Controllers missing = Controllers::needed_for(job.process->limits).without(cgroups.available);
    if (!missing.is_empty()) jobs[missing.words()].push_back(job.name.text());
  }
  const std::string why =
      cgroups.why_none.empty() ? "it was tried, and the daemon's control group does not bound them" : cgroups.why_none;
  for (const auto& [controllers, names] : jobs) {
    warnings.push_back(
        {.what = "these limits do not hold here: " + controllers + ", of " + list_of(names) + " (" + why + ")",
         .cure = cgroups.why_none.empty()
                     ? "have the kernel's controllers handed on to the service (Delegate=yes; no cgroup v1 beside v2), "
                       "or take the limits away"
                     : "run the daemon as a service with Delegate=yes, or take the limits away"});
  }
}

// Of these the kernel refuses the start itself (S29): better that somebody reads it by day.
void add_refusals(std::vector<api::Warning>& warnings, const JobSet& set, const ProcessBounds& bounds) {
  Names nice;
  Names open_files;
  Names io;
  for (const Job& job : set.jobs) {
    const ProcessLimits& limits = job.process->limits;
    const std::string& name = job.name.text();
    if (limits.nice && (*limits.nice < bounds.nice_min || *limits.nice > bounds.nice_max)) nice.push_back(name);
    if (limits.open_files && static_cast<std::uint64_t>(*limits.open_files) > bounds.open_files_max)
      open_files.push_back(name);
    if (limits.io && !bounds.may_set_io) io.push_back(name);
  }
  const auto add = [&](const Names& names, const std::string& limit, const std::string& why, std::string cure) {
    if (names.empty()) return;
    warnings.push_back({.what = "the kernel will refuse to start " + list_of(names) + ": " + limit + " " + why,
                        .cure = std::move(cure)});
  };
  add(nice, "'nice'",
      bounds.nice_min == bounds.nice_max
          ? "cannot be changed here"
          : "is below " + std::to_string(bounds.nice_min) + ", the lowest that the daemon may give",
      "raise it; or let the daemon, by `systemctl edit`, have LimitNICE= (and not the drop-in strict.conf)");
  add(open_files, "'open_files'", "is above " + std::to_string(bounds.open_files_max) + ", the daemon's own limit",
      "lower it, or raise LimitNOFILE= of the service (ulimit -Hn)");
  add(io, "'io'", "cannot be changed here", "take it away, or the drop-in strict.conf");
}

void add_unheeded_io(std::vector<api::Warning>& warnings, const JobSet& set, const ProcessBounds& bounds) {
  Names names;
  for (const Job& job : set.jobs) {
    const auto& io = job.process->limits.io;
    if (io && !is_heeded(*io, bounds.io)) names.push_back(job.name.text());
  }
  if (names.empty()) return;
  const std::string why = bounds.io == IoAttention::none ? "no disk has an I/O scheduler that looks at it"
                                                         : "the disks' I/O scheduler knows `idle` only";
  warnings.push_back({.what = "'io' makes no difference here, of " + list_of(names) + " (" + why + ")",
                      .cure = "echo bfq > /sys/block/DISK/queue/scheduler, or take it away"});
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

// It may still come: it is read when an attempt starts (S38).
void add_secrets(std::vector<api::Warning>& warnings, const JobSet& set, const Machine& machine) {
  std::map<std::string, std::string> wrong;  // by the secret's name; empty: nothing is
  std::map<std::string, Names> jobs;         // by what is wrong
  for (const Job& job : set.jobs) {
    for (const SecretSource& source : job.inputs->secrets) {
      const auto [why, is_new] = wrong.try_emplace(source.name);
      if (const auto found = is_new ? machine.look_for_secret(source) : Result<void>{}; !found)
        why->second = found.error().what;
      if (!why->second.empty()) jobs[why->second].push_back(job.name.text());
    }
  }
  for (const auto& [why, names] : jobs) {
    warnings.push_back({.what = why + ", needed by " + list_of(names),
                        .cure = "put it there before they start; a credential comes with a restart of the service"});
  }
}

}  // namespace

std::vector<api::Warning> unmet_wishes(const JobSet& set, const Machine& machine) {
  std::vector<api::Warning> warnings;
  add_group_limits(warnings, set, machine.cgroups);
  add_refusals(warnings, set, machine.bounds);
  add_unheeded_io(warnings, set, machine.bounds);
  if (!machine.has_journal) add_journal(warnings, set);
  add_secrets(warnings, set, machine);
  return warnings;
}

}  // namespace belfry
