// Where `list` and `next` read: the daemon, or without one the file.
#pragma once

#include <string>

#include <belfry/error.h>

#include <cli/context.h>

namespace belfry::cli {

// The API's answer to GET `target`. Asks the daemon; if none runs, and none was named, answers from the configuration
// file and says so on stderr. With -c it is the file that is asked about.
Result<std::string> read_view(const Context& context, const std::string& target);

}  // namespace belfry::cli
