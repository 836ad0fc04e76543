#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_next(CLI::App& app, Context& context);

}  // namespace belfry::cli
