#include <algorithm>
#include <memory>
#include <utility>

#include <api/answers.h>
#include <api/body.h>
#include <api/find_job.h>
#include <api/job_routes.h>
#include <api/job_walk.h>
#include <api/json.h>
#include <api/problem.h>
#include <api/told_params.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

constexpr std::size_t jobs_written_at_once = 100;
constexpr std::size_t upcoming_default = 20;
constexpr std::size_t upcoming_max = 10'000;
constexpr std::size_t outcomes_shown = 60;
constexpr std::size_t key_bytes_max = 200;

Result<std::string> key_of(const Request& request) {
  const auto key = header_of(request, "Idempotency-Key");
  if (!key) return std::string();
  const bool is_readable = std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (!key->empty() && key->size() <= key_bytes_max && is_readable) return std::string(*key);
  return std::unexpected(Error::bad_input("Idempotency-Key: it has 1 to " + std::to_string(key_bytes_max) +
                                          " visible characters of ASCII"));
}

// The command line says that a person asks; everybody else is a program.
RunTrigger asked_by(const Request& request) {
  return header_of(request, "X-Belfry-Request") == text(RunTrigger::manual) ? RunTrigger::manual : RunTrigger::api;
}

enum class JobState { failing, paused, running, disabled };

Result<std::optional<JobState>> state_in(const Query& query) {
  const auto word = query.text("state");
  if (!word) return std::nullopt;
  if (*word == "failing") return JobState::failing;
  if (*word == "paused") return JobState::paused;
  if (*word == "running") return JobState::running;
  if (*word == "disabled") return JobState::disabled;
  return std::unexpected(Error::bad_input("parameter 'state': it is failing, paused, running or disabled"));
}

bool is_in(JobState state, const JobView& view) {
  switch (state) {
    case JobState::failing:
      return view.last && view.last->outcome != RunOutcome::succeeded && view.last->outcome != RunOutcome::skipped;
    case JobState::paused:
      return view.pause.has_value();
    case JobState::running:
      return !view.open.empty();
    case JobState::disabled:
      return !view.job->enabled;
  }
  std::unreachable();
}

bool holds(const Job& job, std::string_view part) {
  return job.name.text().find(part) != std::string::npos || job.description.find(part) != std::string::npos;
}

// The queue that the request names; the job's own needs no definition.
Result<void> check_queue(const View& view, const Job& job, const std::string& name) {
  if (name.empty() || name == job.policies->queue.str()) return {};
  std::vector<std::string_view> names;
  for (const QueueDefinition& queue : view.job_set()->queues) names.push_back(queue.name.str());
  if (std::ranges::find(names, name) != names.end()) return {};
  const auto near = nearest(name, names);
  return std::unexpected(Error::bad_input("key 'queue': there is no queue '" + name + "'" +
                                          (near ? "; did you mean '" + std::string(*near) + "'?" : "")));
}

struct JobFilter {
  std::optional<std::string> tag;
  std::optional<std::string> part;  // of the name or the description
  std::optional<JobState> state;

  bool lets_through(const JobView& view) const {
    return (!tag || has_tag(*view.job, *tag)) && (!part || holds(*view.job, *part)) && (!state || is_in(*state, view));
  }
};

std::optional<std::string> kept_text(const Query& query, std::string_view name) {
  const auto text = query.text(name);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

// Whether the core would take the request now. It decides by itself when it is asked; this looks at the same facts.
Rehearsal rehearse(const View& view, const JobView& job, const RunBody& body) {
  Rehearsal rehearsal{.job = job.job->name};
  const bool is_later = body.at || body.delay;
  const bool may_overlap = job.job->schedule.is_manual() || body.ignores_overlap || is_later ||
                           job.job->policies->overlap.action != OverlapPolicy::Action::skip;
  if (!view.ledger_trouble().empty()) rehearsal.reason = Reason::ledger_unavailable;
  if (!may_overlap && !job.open.empty()) {
    rehearsal.reason = Reason::overlap;
    rehearsal.in_the_way = job.open.front().id;
  }
  return rehearsal;
}

}  // namespace

Result<void> get_jobs(const Call& call) {
  if (const auto only = call.query.text("only")) {
    if (*only != "names") return std::unexpected(Error::bad_input("parameter 'only': it is names"));
    call.reply(json_response(names_json(call.backend.view().job_set())));
    return {};
  }
  const JobFilter filter{
      .tag = kept_text(call.query, "tag"), .part = kept_text(call.query, "q"), .state = TRY(state_in(call.query))};
  auto jobs = std::make_shared<std::vector<JobView>>();
  const auto visit = [filter, jobs](JobView view) {
    if (filter.lets_through(view)) jobs->push_back(std::move(view));
  };
  // Many jobs make megabytes of text, and the loop has better things to do: the reader's thread writes it.
  const auto end = [jobs, frame = call.frame(), reply = call.reply, no_memory = call.no_memory(),
                    &backend = call.backend](std::shared_ptr<const JobSet> kept) {
    if (kept == nullptr || jobs->size() <= jobs_written_at_once) return reply(json_response(jobs_json(*jobs, frame)));
    const auto question = [jobs, kept = std::move(kept), frame, reply](History&) {
      return [reply, body = jobs_json(*jobs, frame)]() mutable { reply(json_response(std::move(body))); };
    };
    backend.read_history(question, no_memory);
  };
  walk_jobs(call, {.begin = [jobs] { jobs->clear(); }, .visit = visit, .end = end});
  return {};
}

Result<void> get_job(const Call& call) {
  const JobName name = TRY(find_job(call.backend.view(), call.arguments[0])).job->name;
  call.backend.read_history(
      [name, reply = call.reply, &backend = call.backend](History& history) {
        return [name, reply, &backend, runs = history.runs({.job = name, .limit = outcomes_shown})] {
          const auto job = backend.view().job(name);
          if (!job) return reply(respond(problem_from(Error::not_found("job '" + name.text() + "' was just removed"))));
          if (!runs) return reply(respond(problem_from(runs.error())));
          reply(json_response(job_json(*job, *runs)));
        };
      },
      call.no_memory());
  return {};
}

Result<void> get_upcoming(const Call& call) {
  const auto limit = TRY(call.query.number("limit", {.min = 1, .max = upcoming_max})).value_or(upcoming_default);
  const auto until = TRY(call.query.instant("until"));
  call.reply(json_response(upcoming_json(call.backend.view().upcoming(limit, until), call.frame())));
  return {};
}

Result<void> post_run(const Call& call) {
  const RunBody body = TRY(read_run_body(call.request.body));
  const JobView job = TRY(find_job(call.backend.view(), call.arguments[0]));
  const JobName name = job.job->name;
  const std::string subject = "job '" + name.text() + "' was not started";
  TRY(check_queue(call.backend.view(), *job.job, body.queue));
  auto params = told_params(*job.job, body.params, subject);
  if (!params) {
    call.reply(respond(params.error()));
    return {};
  }
  if (body.is_dry_run) {
    call.reply(json_response(rehearsal_json(rehearse(call.backend.view(), job, body))));
    return {};
  }
  std::string key = TRY(key_of(call.request));
  using Overlap = RunRequested::Overlap;
  place(call,
        RunRequested{.job = name,
                     .trigger = asked_by(call.request),
                     .requested_by = asker(call.request),
                     .key = std::move(key),
                     .at = body.at,
                     .delay = body.delay,
                     .nominal = body.scheduled_time,
                     .priority = body.priority,
                     .queue = body.queue,
                     .overlap = body.ignores_overlap ? Overlap::ignore : Overlap::obey,
                     .params = *std::move(params),
                     .unique = body.unique},
        subject);
  return {};
}

}  // namespace belfry::api
