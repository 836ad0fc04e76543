// Loads shared objects that bring callables along (include/belfry/plugin.h): the only file that names dlopen.
#pragma once

#include <string>
#include <vector>

#include <belfry/callable.h>

namespace belfry {

// Loads it for the life of the process. REQUIRES: whoever may change the file is trusted (base/trust.h).
Result<std::vector<Callable>> open_plugin(const std::string& path);

}  // namespace belfry
