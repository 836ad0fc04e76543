// The program's version, as in CMakeLists.txt, and its age.
#pragma once

#include <string_view>

#include <belfry/time.h>

namespace belfry {

std::string_view version();

// The day on which it was built: no clock that is right says an earlier one.
WallTime built_on();

}  // namespace belfry
