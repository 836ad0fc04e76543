// Whole files, in and out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <belfry/error.h>

#include <base/os.h>

namespace belfry {

struct ReadFileOptions {
  std::size_t size_max = 32U << 20U;  // beyond it: an error, after reading no more than that
};

Result<std::string> read_file(const std::string& path, ReadFileOptions options = {});

// Writes all of it, in one piece if the system allows. `path` is what an error names.
Result<void> write_all(const Fd& fd, const std::string& path, std::string_view content);

// Replaces `path` by a file with this content: readers see the old one or the new one, never a part. Synced, that holds
// after a power loss too; else the file may be found empty then.
enum class Sync { no, yes };
Result<void> replace_file(const std::string& path, std::string_view content, Sync sync = Sync::no);

// Makes a directory and its parents, mode 0777 less the umask. One that is there already is fine.
Result<void> make_directories(const std::string& path);

}  // namespace belfry
