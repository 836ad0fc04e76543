#include <base/verify.h>
#include <jobs/builtin.h>
#include <jobs/registry.h>

namespace belfry {

void add_builtin(Registry& registry, FindPruner pruner) {
  VERIFY(registry.add(log_callable()).has_value());
  VERIFY(registry.add(http_request_callable()).has_value());
  VERIFY(registry.add(file_prune_callable()).has_value());
  VERIFY(registry.add(history_prune_callable(std::move(pruner))).has_value());
}

}  // namespace belfry
