// Whether a file may be believed (S37): whoever can change a configuration runs commands as the daemon's user.
#pragma once

#include <optional>
#include <string>

namespace belfry {

// Why the file cannot be trusted, with the command that mends it: it, or a directory or a symbolic link on the way to
// it, may be changed by somebody who is neither root nor the user of this process. Nothing: it is fine, or it is not
// there. Where it is fine nobody else can make it another file afterwards: so ask before you read.
std::optional<std::string> why_distrusted(const std::string& path);

// Why a file cannot hold a secret (S38): it is not there, is no regular file, may be read by everybody, or cannot be
// trusted.
std::optional<std::string> why_unfit_for_secret(const std::string& path);

}  // namespace belfry
