// Somebody's own editor, in the foreground: $VISUAL, $EDITOR, else what the machine has.
#pragma once

#include <string>

#include <belfry/error.h>

#include <cli/surroundings.h>

namespace belfry::cli {

// The command, which may have options: "vim -n".
std::string find_editor(const Surroundings& around);

// Runs it on a file and waits. Ctrl-C meanwhile is the editor's. failed: it could not be run, or ended with an error.
Result<void> run_editor(const std::string& command, const std::string& path);

}  // namespace belfry::cli
