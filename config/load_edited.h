// Reads a file that was edited: only the jobs whose text is new. The others stay what they were.
#pragma once

#include <optional>

#include <config/load.h>

namespace belfry::config {

// What load_whole() would give; the jobs share what they have with those before. It can only say yes: nothing means
// that the file has to be read whole, because more of it is new than jobs, or because something is wrong, which that
// finds the words for.
std::optional<LoadedConfig> load_edited(const FileText& main, ZoneCache& zones, const ParseOptions& options);

}  // namespace belfry::config
