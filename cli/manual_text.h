// What the program knows of itself, for its manual pages: the parts in scdoc that docs/man/*.scd leave open. Pure.
#pragma once

#include <string>
#include <vector>

#include <config/schema.h>

namespace CLI {
class App;
}

namespace belfry::cli {

// A section per command, with its options and its examples.
std::string commands_manual(const CLI::App& app);

// The options that every command takes.
std::string common_options_manual(const CLI::App& app);

// A section per map of the file, a paragraph per key.
std::string keys_manual(const std::vector<config::KeyText>& keys);

}  // namespace belfry::cli
