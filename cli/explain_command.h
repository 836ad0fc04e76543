// `belfry explain EXPR`: what a schedule means, in words and in next times. Needs no daemon and no file.
#pragma once

namespace CLI {
class App;
}

namespace belfry::cli {

struct Context;

void add_explain(CLI::App& app, Context& context);

}  // namespace belfry::cli
