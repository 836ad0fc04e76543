// What a daemon would answer that has read this file and done nothing yet: the core and the API's routes over a file,
// without a ledger, a socket or a process.
#pragma once

#include <string>

#include <belfry/error.h>

namespace belfry::cli {

// GET `target`. bad_input: every problem of the file.
Result<std::string> view_of_file(const std::string& path, const std::string& target);

}  // namespace belfry::cli
