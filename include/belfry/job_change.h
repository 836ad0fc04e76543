// What a new configuration would change, job by job: for people who want to see it before, or after, it is in force.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <belfry/names.h>
#include <belfry/time.h>

namespace belfry {

struct JobChange {
  enum class Kind { added, changed, removed };

  // A key whose value is another. Values that are long, or secret, are left out: both are empty then.
  struct Key {
    std::string key;
    std::string before;
    std::string after;
    bool operator==(const Key&) const = default;
  };

  Kind kind = Kind::added;
  JobName job;
  std::string schedule;   // as it is written; of a removed job, as it was
  std::vector<Key> keys;  // of a changed job
  std::optional<WallTime> next_before;
  std::optional<WallTime> next;
};

}  // namespace belfry
