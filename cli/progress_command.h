// belfry progress: a job says how far it is.
#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_progress(CLI::App& app, Context& context);

}  // namespace belfry::cli
