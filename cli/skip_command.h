#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_skip(CLI::App& app, Context& context);

}  // namespace belfry::cli
