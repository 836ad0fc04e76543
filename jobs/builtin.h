// The callables that are always there.
#pragma once

#include <belfry/callable.h>
#include <belfry/retention.h>

namespace belfry {

class Registry;

// Who forgets the past here. Asked on the thread that runs the callable. Null, or no function: this process has no
// ledger.
using FindPruner = std::function<HistoryPruner*()>;

Callable log_callable();                             // `log`
Callable http_request_callable();                    // `http.request`
Callable file_prune_callable();                      // `file.prune`
Callable history_prune_callable(FindPruner pruner);  // `history.prune`

// All of them.
void add_builtin(Registry& registry, FindPruner pruner = {});

}  // namespace belfry
