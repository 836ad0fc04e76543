// belfry exec: runs a job here, without a daemon.
#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_exec(CLI::App& app, Context& context);

}  // namespace belfry::cli
