// The parameters of a request, read strictly: what a route does not take is refused, never ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/time.h>

#include <api/target.h>

namespace belfry::api {

// `names` are the parameters that the route takes, separated by spaces. Refused: any other, and one given twice.
Result<void> check_parameters(const std::vector<Parameter>& query, std::string_view names);

class Query {
 public:
  explicit Query(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {}

  std::optional<std::string_view> text(std::string_view name) const;

  struct Range {
    std::uint64_t min = 0;
    std::uint64_t max = UINT64_MAX;
  };
  Result<std::optional<std::uint64_t>> number(std::string_view name, Range range) const;
  Result<std::optional<Millis>> duration(std::string_view name, Millis max) const;
  Result<std::optional<WallTime>> instant(std::string_view name) const;

 private:
  std::vector<Parameter> parameters_;
};

}  // namespace belfry::api
