#pragma once

#include <cli/context.h>

namespace belfry::cli {

// `completion SHELL`, and `job-names`, which the scripts ask; the latter is not listed. REQUIRES: every other command
// is in `app` when they run.
void add_completion(CLI::App& app, Context& context);

}  // namespace belfry::cli
