// Whether a file may be believed (S37): whoever can change a configuration runs commands as the daemon's user.
#pragma once

#include <optional>
#include <string>

namespace belfry {

// Why the file cannot be trusted, with the command that mends it: it, or a directory on the way to it, may be changed
// by somebody who is neither root nor the user of this process. Symbolic links are followed first. Nothing: it is fine,
// or it is not there.
std::optional<std::string> why_distrusted(const std::string& path);

}  // namespace belfry
