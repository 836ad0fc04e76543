#include <api/history_route.h>
#include <api/json.h>
#include <api/problem.h>
#include <base/try.h>

namespace belfry::api {

namespace {

constexpr std::size_t events_max = 1'000;

Result<EventQuery> event_query_in(const Query& query) {
  EventQuery wanted;
  // Also of jobs that are gone from the file: the ledger still knows them.
  if (const auto job = query.text("job")) wanted.job = TRY(JobName::parse(*job));
  wanted.since = TRY(query.instant("since"));
  wanted.until = TRY(query.instant("until"));
  wanted.before = TRY(query.number("before", {.min = 1}));
  wanted.limit = TRY(query.number("limit", {.min = 1, .max = events_max})).value_or(wanted.limit);
  return wanted;
}

}  // namespace

Result<void> get_history(const Call& call) {
  const EventQuery wanted = TRY(event_query_in(call.query));
  call.backend.read_history(
      [wanted, reply = call.reply, frame = call.frame()](History& history) {
        return [wanted, reply, frame, events = history.events(wanted)] {
          if (!events) return reply(respond(problem_from(events.error())));
          const bool is_full = events->size() == wanted.limit;
          reply(json_response(
              history_json(*events, is_full ? std::optional(events->back().number) : std::nullopt, frame)));
        };
      },
      call.no_memory());
  return {};
}

}  // namespace belfry::api
