// The files by which the kernel is told what to do with a control group: one write is one command.
#pragma once

#include <string>
#include <string_view>

#include <belfry/error.h>

namespace belfry {

// REQUIRES: the file is there; it is never created.
Result<void> write_control(const std::string& path, std::string_view command);

}  // namespace belfry
