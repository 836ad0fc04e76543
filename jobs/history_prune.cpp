// `history.prune`: forgets old runs now, and by other bounds than the daemon keeps by itself.
#include <condition_variable>
#include <memory>
#include <mutex>

#include <base/try.h>
#include <base/words.h>
#include <jobs/builtin.h>

namespace belfry {
namespace {

// The answer of another thread. Shared with it, because a call that is stopped does not wait for it.
struct Answer {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::optional<Result<PruneReport>> report;
};

Result<PruneReport> prune(HistoryPruner& pruner, const Keep& keep, const std::stop_token& stop) {
  const auto answer = std::make_shared<Answer>();
  pruner.prune(keep, [answer](const Result<PruneReport>& report) {
    const std::lock_guard lock(answer->mutex);
    answer->report = report;
    answer->wake.notify_one();
  });
  std::unique_lock lock(answer->mutex);
  if (answer->wake.wait(lock, stop, [&] { return answer->report.has_value(); })) return *answer->report;
  return std::unexpected(Error::failed("stopped; what it has begun goes on"));
}

Keep keep_of(const Arguments& with) {
  Keep keep;
  keep.age = argument::duration(with, "older_than").value_or(keep.age);
  if (const auto runs = argument::integer(with, "keep")) keep.runs = static_cast<std::size_t>(*runs);
  keep.output_bytes = argument::size(with, "output").value_or(keep.output_bytes);
  return keep;
}

}  // namespace

Callable history_prune_callable(FindPruner find_pruner) {
  return {.name = "history.prune",
          .summary = "Forgets closed runs, their slots and their output.",
          .parameters = {{.name = "older_than",
                          .type = Parameter::Type::duration,
                          .summary = "Forgets what was recorded longer ago than this; usually 90d.",
                          .min = std::chrono::milliseconds{std::chrono::minutes{1}}.count()},
                         {.name = "keep",
                          .type = Parameter::Type::integer,
                          .summary = "Of each job, keeps no more than so many closed runs; usually 200.",
                          .min = 1},
                         {.name = "output",
                          .type = Parameter::Type::size,
                          .summary = "Keeps no more than so much output of all jobs together; usually 1GiB.",
                          .min = 0}},
          .call = [find_pruner = std::move(find_pruner)](CallContext& run) -> Result<void> {
            HistoryPruner* const pruner = find_pruner ? find_pruner() : nullptr;
            if (pruner == nullptr)
              return std::unexpected(Error::failed("there is no ledger here: only a daemon has one"));
            const PruneReport report = TRY(prune(*pruner, keep_of(run.with()), run.stop()));
            run.log("forgot " + counted(report.runs, "run") + ", and the output of " + std::to_string(report.outputs) +
                    " more");
            return run.set_result("{\"runs\":" + std::to_string(report.runs) +
                                  ",\"outputs\":" + std::to_string(report.outputs) + "}");
          }};
}

}  // namespace belfry
