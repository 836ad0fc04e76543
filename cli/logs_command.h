#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_logs(CLI::App& app, Context& context);

}  // namespace belfry::cli
