// Who this daemon is, and as whom it may therefore run jobs. The command line asks the same of the daemon that runs.
#pragma once

#include <optional>

#include <api/backend.h>
#include <config/own_account.h>

namespace belfry {

// Looks into the user database, which may take a while.
api::ProcessFacts this_process();

// The only account that jobs of a daemon like this may have. None: root may start jobs as anybody (S28).
std::optional<config::OwnAccount> only_account(const api::ProcessFacts& process);

}  // namespace belfry
