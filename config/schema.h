// The tables of fields, told to others: as a JSON Schema for editors, and key by key for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>

namespace belfry::config {

// The JSON Schema (draft-07) of schedules.yaml.
std::string json_schema();

struct KeyText {
  std::string path;           // "jobs.retry.max": without the names that people give to jobs, queues and the like
  std::string summary;        // what it is for, in one sentence
  std::string takes;          // "a whole number from 1 to 1000, or none"
  std::string needs;          // a key without which it means nothing; may be empty
  std::string usual;          // what holds where nothing is said, as one would write it; may be empty
  bool is_inherited = false;  // a job's key that may stand in `defaults`
};

// Every key that the file knows, those of a map behind the key of the map.
std::vector<KeyText> all_keys();

// What a key means and takes, wherever it may stand: `retry`, `retry.max`, `jobs.retry.max`. not_found: there is none,
// with the nearest.
Result<std::string> describe_key(std::string_view key);

}  // namespace belfry::config
