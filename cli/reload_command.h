// `belfry reload`: have the daemon read its file again, and show what that changes.
#pragma once

namespace CLI {
class App;
}

namespace belfry::cli {

struct Context;

void add_reload(CLI::App& app, Context& context);

}  // namespace belfry::cli
