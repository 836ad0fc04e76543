// What a minder is told to do for an order: the job's settings with names looked up and defaults filled in.
#pragma once

#include <belfry/launcher.h>
#include <belfry/zone.h>

#include <jobs/account.h>
#include <jobs/records.h>

namespace belfry {

struct SpecFacts {
  BootId boot;
  WallTime now;
  const Account& own_account;
  const Zone& zone;
  std::string job_directory;  // of the attempt
  std::string cgroup;         // see Spec
  std::string journal;        // where the machine's journal listens
};

// The error says why the job cannot start: an unknown user, an env_file that cannot be read (S29).
Result<Spec> spec_for(const StartOrder& order, const SpecFacts& facts);

}  // namespace belfry
