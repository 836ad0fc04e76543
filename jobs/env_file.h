// Files of variables, as `env_file:` names them.
#pragma once

#include <string>
#include <vector>

#include <belfry/error.h>
#include <belfry/job.h>

namespace belfry {

// One NAME=VALUE per line. Empty lines and those that begin with # do not count; `export ` may stand before a name; a
// value in matching quotes is what is between them. Nothing in a value is expanded. An error names the line.
Result<std::vector<EnvironmentVariable>> parse_env_file(const std::string& path, const std::string& content);

Result<std::vector<EnvironmentVariable>> read_env_file(const std::string& path);

}  // namespace belfry
