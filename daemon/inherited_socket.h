// Sockets that systemd holds for the daemon and hands to each one it starts (belfry.socket): requests wait in them
// while there is none.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <base/os.h>

namespace belfry {

// The listening Unix socket of $LISTEN_FDS, if one was handed to this process. From then on it is close-on-exec, so
// that no job ever sees it. An error: something else was handed over.
Result<std::optional<Fd>> take_inherited_socket(
    const std::function<std::optional<std::string>(const char* name)>& environment);

}  // namespace belfry
