// `belfry validate [FILE]`: every problem of a file. Needs no daemon.
#pragma once

namespace CLI {
class App;
}

namespace belfry::cli {

struct Context;

void add_validate(CLI::App& app, Context& context);

}  // namespace belfry::cli
