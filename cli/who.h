// Who asked for something, as the daemon notes it, for people.
#pragma once

#include <string>

namespace belfry::cli {

// "uid 1000 (anna)" for "uid 1000", where this machine knows the number; anything else as it is.
std::string who_phrase(const std::string& who);

}  // namespace belfry::cli
