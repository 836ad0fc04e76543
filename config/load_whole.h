// Reads a configuration as a whole: from its texts to its jobs, or to all that is wrong with them.
#pragma once

#include <span>
#include <string>

#include <config/load.h>

namespace belfry::config {

// As parse_config(), and every job is read.
Loaded load_whole(FileText main, ZoneCache& zones, const ParseOptions& options);

// What a configuration is told from another by: a hash of its texts, in sixteen digits.
std::string revision_of(std::span<const FileText> files);

}  // namespace belfry::config
