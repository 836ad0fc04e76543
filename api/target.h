// The target of a request: path and query, decoded. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>

namespace belfry::api {

struct Parameter {
  std::string name;
  std::string value;
};

struct Target {
  std::vector<std::string> path;  // "/v1/jobs/a%20b" is {"v1", "jobs", "a b"}; a closing slash adds an empty one
  std::vector<Parameter> query;   // in the order sent
};

// Refused: a target that does not begin with '/', a '%' without two digits, a zero byte.
Result<Target> parse_target(std::string_view text);

// The other way: everything but letters, digits and -._~ becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace belfry::api
