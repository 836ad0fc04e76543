// `belfry import crontab [FILE|-]`: from another system to a schedules.yaml on stdout.
#pragma once

namespace CLI {
class App;
}

namespace belfry::cli {

struct Context;

void add_import(CLI::App& app, Context& context);

}  // namespace belfry::cli
