// `belfry schema [KEY]`: the JSON Schema of the file, or what one key means.
#pragma once

namespace CLI {
class App;
}

namespace belfry::cli {

struct Context;

void add_schema(CLI::App& app, Context& context);

}  // namespace belfry::cli
