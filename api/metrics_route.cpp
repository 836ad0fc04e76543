#include <utility>

#include <api/job_walk.h>
#include <api/metrics_route.h>

namespace belfry::api {

namespace {

Response page(std::string text) {
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(text)};
}

}  // namespace

Result<void> get_metrics(const Call& call) {
  auto standing = std::make_shared<MetricsStanding>(standing_of(call.backend.view(), call.backend.status()));
  const auto visit = [standing](const JobView& view) {
    if (view.next) standing->next.emplace_back(view.job->name, *view.next);
  };
  const auto end = [metrics = call.metrics, standing, reply = call.reply, no_memory = call.no_memory(),
                    &backend = call.backend](const std::shared_ptr<const JobSet>& kept) {
    const bool is_short = kept == nullptr || kept->jobs.size() <= JobWalk::jobs_at_once;
    if (is_short) return reply(page(metrics->text(*standing)));
    const auto question = [metrics, standing, reply](History&) {
      return [reply, body = metrics->text(*standing)]() mutable { reply(page(std::move(body))); };
    };
    backend.read_history(question, no_memory);
  };
  walk_jobs(call, {.begin = [standing] { standing->next.clear(); }, .visit = visit, .end = end});
  return {};
}

}  // namespace belfry::api
