// `belfry reload`: have the daemon read its file again, and show what that changes.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace belfry::cli {

struct Context;
struct ReloadDocument;

// The changes as people read them. `opening` goes before their number: "It would change ".
void print_changes(const ReloadDocument& reloaded, const std::string& opening);

void add_reload(CLI::App& app, Context& context);

}  // namespace belfry::cli
