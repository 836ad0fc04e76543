// The tables of fields, told to others: as a JSON Schema for editors, and key by key for people.
#pragma once

#include <string>
#include <string_view>

#include <belfry/error.h>

namespace belfry::config {

// The JSON Schema (draft-07) of schedules.yaml.
std::string json_schema();

// What a key means and takes, wherever it may stand: `retry`, `retry.max`, `jobs.retry.max`. not_found: there is none,
// with the nearest.
Result<std::string> describe_key(std::string_view key);

}  // namespace belfry::config
