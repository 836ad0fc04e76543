#include <algorithm>

#include <api/answers.h>
#include <api/body.h>
#include <api/json.h>
#include <api/problem.h>
#include <api/run_routes.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

constexpr Millis wait_max = std::chrono::minutes{5};

Result<std::optional<RunOutcome>> outcome_in(const Query& query) {
  const auto word = query.text("outcome");
  if (!word) return std::nullopt;
  const auto outcome = run_outcome_from(*word);
  if (!outcome)
    return std::unexpected(Error::bad_input("parameter 'outcome': no run ends as '" + std::string(*word) + "'"));
  return *outcome;
}

Result<RunQuery::Which> which_in(const Query& query) {
  const auto word = query.text("which");
  if (!word) return RunQuery::Which::any;
  if (*word == "open") return RunQuery::Which::open;
  if (*word == "failed") return RunQuery::Which::failed;
  return std::unexpected(Error::bad_input("parameter 'which': it is open or failed"));
}

Result<std::optional<RunState>> state_in(const Query& query) {
  const auto word = query.text("state");
  if (!word) return std::nullopt;
  const auto state = run_state_from(*word);
  if (!state) return std::unexpected(Error::bad_input("parameter 'state': no run is '" + std::string(*word) + "'"));
  return *state;
}

Result<std::optional<RunId>> cursor_in(const Query& query) {
  const auto word = query.text("before");
  if (!word) return std::nullopt;
  const auto id = RunId::parse(*word);
  if (!id)
    return std::unexpected(Error::bad_input("parameter 'before': '" + std::string(*word) + "' is not a run's id"));
  return *id;
}

Result<std::optional<JobName>> job_in(const Query& query) {
  const auto word = query.text("job");
  if (!word) return std::nullopt;
  return TRY(JobName::parse(*word));
}

Result<RunQuery> run_query_in(const Query& query) {
  RunQuery wanted;
  wanted.job = TRY(job_in(query));
  wanted.which = TRY(which_in(query));
  wanted.state = TRY(state_in(query));
  wanted.outcome = TRY(outcome_in(query));
  wanted.since = TRY(query.instant("since"));
  wanted.before = TRY(cursor_in(query));
  wanted.limit = TRY(query.number("limit", {.min = 1, .max = RunQuery::limit_max})).value_or(wanted.limit);
  return wanted;
}

Response page_of(std::vector<Run> runs, const RunQuery& wanted, const ListFrame& frame, Backend& backend) {
  const auto open = backend.view().open_runs();
  for (Run& run : runs) run = as_it_is_now(std::move(run), open);
  const bool is_full = runs.size() == wanted.limit;
  return json_response(runs_json(runs, is_full ? std::optional(runs.back().id) : std::nullopt, frame));
}

Response conflict(const Run& run, const std::string& why) {
  return respond({.status = 409, .detail = "run " + run.id.text() + " of job '" + run.job.text() + "' " + why});
}

}  // namespace

Run as_it_is_now(Run stored, const std::vector<Run>& open) {
  if (!stored.is_open()) return stored;
  const auto live = std::find_if(open.begin(), open.end(), [&](const Run& run) { return run.id == stored.id; });
  return live == open.end() ? stored : *live;
}

Result<Run> find_run(Backend& backend, std::string_view text) {
  const auto runs = TRY(backend.history().runs_by_prefix(text, 2));
  if (runs.empty()) return std::unexpected(Error::not_found("there is no run '" + std::string(text) + "'"));
  if (runs.size() > 1) {
    return std::unexpected(
        Error::bad_input("more than one run begins with '" + std::string(text) + "'; give more of its id"));
  }
  return as_it_is_now(runs.front(), backend.view().open_runs());
}

Result<void> get_runs(const Call& call) {
  const RunQuery wanted = TRY(run_query_in(call.query));
  call.backend.read_history(
      [wanted, reply = call.reply, frame = call.frame(), &backend = call.backend](History& history) {
        return [wanted, reply, frame, &backend, runs = history.runs(wanted)] {
          reply(runs ? page_of(*runs, wanted, frame, backend) : respond(problem_from(runs.error())));
        };
      },
      call.no_memory());
  return {};
}

Result<void> get_run(const Call& call) {
  const auto wait = TRY(call.query.duration("wait", wait_max));
  const Run run = TRY(find_run(call.backend, call.arguments[0]));
  if (run.is_open() && wait) {
    call.waiters.add({.run = run.id,
                      .deadline = call.backend.now().boot + *wait,
                      .reply = call.reply,
                      .client = call.request.client});
  } else {
    call.reply(json_response(run_json(run)));
  }
  return {};
}

Result<void> post_cancel(const Call& call) {
  TRY(read_empty_body(call.request.body));
  const Run run = TRY(find_run(call.backend, call.arguments[0]));
  if (!run.is_open()) {
    call.reply(conflict(run, "is over: " + std::string(text(*run.outcome))));
    return {};
  }
  place(call, CancelRequested{.run = run.id, .requested_by = asker(call.request)},
        "run " + run.id.text() + " of job '" + run.job.text() + "' was not cancelled");
  return {};
}

Result<void> post_retry(const Call& call) {
  TRY(read_empty_body(call.request.body));
  const Run run = TRY(find_run(call.backend, call.arguments[0]));
  if (run.is_open()) {
    call.reply(conflict(run, "is not over yet"));
    return {};
  }
  place(call, RetryRequested{.of = run, .requested_by = asker(call.request)},
        "run " + run.id.text() + " of job '" + run.job.text() + "' was not tried again");
  return {};
}

}  // namespace belfry::api
