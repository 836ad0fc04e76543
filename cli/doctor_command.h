#pragma once

#include <cli/context.h>

namespace belfry::cli {

void add_doctor(CLI::App& app, Context& context);

}  // namespace belfry::cli
