// The callables of this process, by name: those that are built in, those of plug-ins, and those that the program that
// embeds the library brings along.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <belfry/callable.h>

namespace belfry {

class Registry final : public Callables {
 public:
  // An error: the name is taken, or none that a callable can have.
  Result<void> add(Callable callable);

  const Callable* find(std::string_view name) const override;
  std::vector<const Callable*> all() const override;
  Result<void> load_plugin(const std::string& path) override;

 private:
  Result<void> check_name(const std::string& name) const;
  Result<void> insert(Callable callable);

  mutable std::mutex mutex_;
  std::map<std::string, Callable, std::less<>> callables_;
  std::set<std::string> plugins_;  // by path
};

}  // namespace belfry
