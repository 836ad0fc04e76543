// What can be wrong with the machine: its clock, its zones, its control groups, its limits, its disk.
#pragma once

#include <sys/types.h>

#include <string>

#include <cli/finding.h>
#include <jobs/cgroup_home.h>

namespace belfry::cli {

Finding check_clock();

// `database`: the version that the daemon uses; empty without one.
Finding check_zones(const std::string& database);

// Where the files of the kernel are, so that a test can make them up.
struct KernelFiles {
  std::string proc = "/proc";
};

// Whether a job's processes can be held in a control group of their own, and bounded in it.
Finding check_cgroups(pid_t daemon, const CgroupFiles& files = {});

// Whether the daemon may open as many files as its runs need.
Finding check_limits(pid_t daemon, const KernelFiles& files = {});

// Whether there is room for the ledger and the output of jobs.
Finding check_disk(const std::string& state_dir);

// Whether a ledger was found damaged, and set aside in this directory (F07).
Finding check_set_aside(const std::string& state_dir);

// Whether only those may change it who may: neither the file nor its directory is writable by others (S37).
Finding check_file(const std::string& about, const std::string& path);

}  // namespace belfry::cli
