// As whom the jobs of a file may run: the daemon that reads the file refuses those that want another user or group than
// its own, unless it is root (S28). Here the same is said before it does.
#pragma once

#include <optional>
#include <string>

#include <belfry/job.h>

#include <cli/daemon_link.h>
#include <config/own_account.h>

namespace belfry::cli {

struct JobAccounts {
  bool is_known = false;                      // by the daemon that reads the file
  std::optional<config::OwnAccount> only_as;  // none: as anybody, or nobody could be asked
};

// Asks the daemon, where one answers at once and this is its file. One that was named (--host) is taken for the one
// that is to read it.
JobAccounts accounts_of_file(const DaemonLink& daemon, const std::string& path);

// A line for people about the jobs of which nobody knows whether a daemon will take them. Empty: there are none.
std::string doubt_about_accounts(const JobSet& set, const JobAccounts& accounts);

}  // namespace belfry::cli
