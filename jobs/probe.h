// Whether the file system of the state directory can keep the promises of the run directories.
#pragma once

#include <string>

#include <belfry/error.h>

namespace belfry {

// Tries what recovery rests on, with files of its own that it removes: a second name for a file, a refusal of the same
// name once more, a lock that excludes a second holder. Some file systems cannot (vfat, some FUSE and network mounts);
// the error then says what failed, and where.
Result<void> probe_file_system(const std::string& directory);

}  // namespace belfry
