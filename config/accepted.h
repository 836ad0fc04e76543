// The configuration that was accepted last, as one text: kept in the state directory, so that a daemon whose file is
// broken at its start still has something to run (S34).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <config/load.h>

namespace belfry::config {

std::string pack(const LoadedConfig& accepted);

// The configuration in `packed` again; messages call its files by their old names. bad_input: this is no copy, or only
// a part of one, or it is of another file than `main_file`.
Result<LoadedConfig> unpack(const std::string& packed, const std::string& main_file, ZoneCache& zones,
                            Callables* callables = nullptr);

}  // namespace belfry::config
