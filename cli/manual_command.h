// `belfry manual PART`, hidden: what the program adds to its manual pages when they are made.
#pragma once

namespace CLI {
class App;
}

namespace belfry::cli {

struct Context;

void add_manual(CLI::App& app, Context& context);

}  // namespace belfry::cli
