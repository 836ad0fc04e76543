// Pools: what most jobs of a file have alike becomes one object.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <belfry/policies.h>
#include <belfry/process_settings.h>

namespace belfry::config {

// Of what files vary most: what it leaves out only makes a bucket of the pool longer.
std::uint64_t hash_of(const Policies& policies);
std::uint64_t hash_of(const ProcessSettings& settings);

template <class T>
class Pool {
 public:
  // The first object is the one that stands for its value.
  explicit Pool(std::shared_ptr<const T> first) { by_hash_[hash_of(*first)].push_back(std::move(first)); }

  // An object with this value, made at the first such call.
  std::shared_ptr<const T> share(const T& value) {
    auto& bucket = by_hash_[hash_of(value)];
    const auto known = std::ranges::find_if(bucket, [&](const auto& one) { return *one == value; });
    return known != bucket.end() ? *known : bucket.emplace_back(std::make_shared<const T>(value));
  }

 private:
  std::map<std::uint64_t, std::vector<std::shared_ptr<const T>>> by_hash_;
};

}  // namespace belfry::config
