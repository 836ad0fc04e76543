// The datagram socket on which minders say that there is something new in a run directory.
#pragma once

#include <functional>
#include <string>

#include <belfry/names.h>

#include <base/os.h>

namespace belfry {

// Takes the place of an earlier daemon's socket.
Result<Fd> open_hints(const std::string& runs_path);

// Everything that has come in since. Never waits. A hint is only a hint: what names no attempt is dropped.
void take_hints(const Fd& socket, const std::function<void(const AttemptId&)>& on_hint);

}  // namespace belfry
