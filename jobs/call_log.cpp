// `log`: writes a line into its run's output. The smallest callable, to try schedules with.
#include <jobs/builtin.h>

namespace belfry {

Callable log_callable() {
  return {.name = "log",
          .summary = "Writes a line into the run's output.",
          .parameters = {{.name = "message", .summary = "What it says.", .needed = Parameter::Needed::yes},
                         {.name = "stream", .summary = "Where it says it.", .options = {"stdout", "stderr"}}},
          .call = [](CallContext& run) -> Result<void> {
            const std::string message = argument::text(run.with(), "message").value_or("");
            if (argument::text(run.with(), "stream") == "stderr") {
              run.log_error(message);
            } else {
              run.log(message);
            }
            return {};
          }};
}

}  // namespace belfry
