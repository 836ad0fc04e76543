#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_retry(CLI::App& app, Context& context);

}  // namespace belfry::cli
