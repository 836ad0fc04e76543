// Policies are the same for most jobs of a file: those that are equal become one object.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <belfry/policies.h>

namespace belfry::config {

class PolicyPool {
 public:
  PolicyPool();

  // An object with this value, made at the first such call.
  std::shared_ptr<const Policies> share(const Policies& policies);

 private:
  std::map<std::uint64_t, std::vector<std::shared_ptr<const Policies>>> by_hash_;
};

}  // namespace belfry::config
