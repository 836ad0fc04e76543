#include <doctest/doctest.h>

#include <daemon/unmet_wishes.h>

using namespace belfry;

namespace {

JobSet jobs_with(const std::vector<std::pair<std::string, ProcessSettings>>& jobs) {
  JobSet set;
  for (const auto& [name, settings] : jobs) {
    Job job{.name = JobName::parse(name).value()};
    job.process = std::make_shared<const ProcessSettings>(settings);
    set.jobs.push_back(std::move(job));
  }
  return set;
}

std::vector<std::string> said(const JobSet& set, const Machine& machine) {
  std::vector<std::string> sentences;
  for (const api::Warning& warning : unmet_wishes(set, machine)) {
    CHECK_FALSE(warning.cure.empty());
    sentences.push_back(warning.what);
  }
  return sentences;
}

using Sentences = std::vector<std::string>;

}  // namespace

TEST_CASE("daemon/unmet_wishes: S26 limits that do not hold are named with their jobs and the reason") {
  const JobSet set = jobs_with({{"backup", {.limits = {.memory = 1}}},
                                {"report", {.limits = {.memory = 1}}},
                                {"import", {.limits = {.cpus = 1.0, .pids = 9}}},
                                {"free", {.limits = {.open_files = 9, .nice = 5, .io = IoPriority::idle}}}});
  CHECK(said(set, {.cgroups = {.available = Controllers::parse("cpu memory pids"), .why_none = ""}}).empty());
  CHECK(
      said(set, {.cgroups = {.available = Controllers::parse("memory cpu"), .why_none = ""}}) ==
      Sentences{"these limits do not hold here: pids, of import (it was tried, and the daemon's control group does not "
                "bound them)"});
  CHECK(said(set, {.cgroups = {.available = {}, .why_none = "no cgroup"}}) ==
        Sentences{"these limits do not hold here: cpu pids, of import (no cgroup)",
                  "these limits do not hold here: memory, of backup, report (no cgroup)"});
}

TEST_CASE("daemon/unmet_wishes: S26 S29 what the kernel would refuse at the start is said at the load") {
  const JobSet set = jobs_with({{"early", {.limits = {.nice = -5}}},
                                {"late", {.limits = {.nice = 10}}},
                                {"wide", {.limits = {.open_files = 5000}}},
                                {"idle", {.limits = {.io = IoPriority::idle}}}});
  CHECK(said(set, {}).empty());
  CHECK(said(set, {.bounds = {.nice_min = 0, .open_files_max = 4999}}) ==
        Sentences{"the kernel will refuse to start early: 'nice' is below 0, the lowest that the daemon may give",
                  "the kernel will refuse to start wide: 'open_files' is above 4999, the daemon's own limit"});
  CHECK(said(set, {.bounds = {.nice_min = 10, .nice_max = 10, .open_files_max = 5000, .may_set_io = false}}) ==
        Sentences{"the kernel will refuse to start early: 'nice' cannot be changed here",
                  "the kernel will refuse to start idle: 'io' cannot be changed here"});
}

TEST_CASE("daemon/unmet_wishes: S26 a priority for reads and writes that no disk heeds is said") {
  const JobSet set = jobs_with({{"idle", {.limits = {.io = IoPriority::idle}}},
                                {"low", {.limits = {.io = IoPriority::low}}},
                                {"usual", {.limits = {.io = IoPriority::normal}}}});
  CHECK(said(set, {.bounds = {.io = IoAttention::all}}).empty());
  CHECK(said(set, {.bounds = {.io = IoAttention::idle_only}}) ==
        Sentences{"'io' makes no difference here, of low (the disks' I/O scheduler knows `idle` only)"});
  CHECK(said(set, {.bounds = {.io = IoAttention::none}}) ==
        Sentences{"'io' makes no difference here, of idle, low (no disk has an I/O scheduler that looks at it)"});
}

TEST_CASE("daemon/unmet_wishes: many jobs are counted") {
  std::vector<std::pair<std::string, ProcessSettings>> jobs;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) jobs.push_back({name, {.limits = {.pids = 1}}});
  CHECK(said(jobs_with(jobs), {.cgroups = {.available = {}, .why_none = "no cgroup"}}) ==
        Sentences{"these limits do not hold here: pids, of a, b, c, d, e and 2 more (no cgroup)"});
}

TEST_CASE(
    "daemon/unmet_wishes: S38 a secret that is not there is said before it is needed, with the jobs that name it") {
  JobSet set = jobs_with({{"backup", {}}, {"report", {}}, {"free", {}}});
  JobInputs inputs;
  inputs.secrets = {{.name = "here", .where = "/here"}, {.name = "key", .where = "/gone"}};
  for (Job& job : set.jobs) {
    if (job.name.text() != "free") job.inputs = std::make_shared<const JobInputs>(inputs);
  }
  CHECK(said(set, {}).empty());
  Machine machine;
  machine.look_for_secret = [](const SecretSource& source) -> Result<void> {
    if (source.where == "/here") return {};
    return std::unexpected(Error::failed("secret '" + source.name + "': it is not there"));
  };
  CHECK(said(set, machine) == Sentences{"secret 'key': it is not there, needed by backup, report"});
}

TEST_CASE("daemon/unmet_wishes: S30 output can go to a journal only where there is one") {
  const JobSet set = jobs_with({{"loud", {.output_to_journal = true}}, {"quiet", {}}});
  CHECK(said(set, {.has_journal = true}).empty());
  CHECK(said(set, {.has_journal = false}) == Sentences{"there is no journal to which output could go, that of loud"});
}
