#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_backup(CLI::App& app, Context& context);

}  // namespace belfry::cli
