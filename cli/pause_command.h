#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_pause(CLI::App& app, Context& context);
void add_resume(CLI::App& app, Context& context);

}  // namespace belfry::cli
