// `belfry edit [FILE]`: change the file without ever leaving a broken one behind.
#pragma once

namespace CLI {
class App;
}

namespace belfry::cli {

struct Context;

void add_edit(CLI::App& app, Context& context);

}  // namespace belfry::cli
