#include <api/answers.h>
#include <api/json.h>
#include <api/problem.h>

namespace belfry::api {

namespace {

std::string why(const Refusal& refusal, const std::string& ledger_trouble) {
  if (refusal.kind == ErrorKind::not_found) return "it is no longer configured";
  switch (refusal.reason) {
    case Reason::overlap:
      return "its run " + (refusal.cause ? refusal.cause->text() + " " : "") + "is still open";
    case Reason::ledger_unavailable:
      return "the ledger cannot record it" + (ledger_trouble.empty() ? "" : " (" + ledger_trouble + ")");
    case Reason::queue_full:
      return "as many runs wait in its queue as may";
    case Reason::shutdown:
      return "the daemon is stopping";
    case Reason::none:
      return "that is not possible now";
    default:
      return std::string(text(refusal.reason));
  }
}

Response refused(const std::string& subject, const Refusal& refusal, const std::string& ledger_trouble) {
  Problem problem = problem_from({.kind = refusal.kind, .what = subject + ": " + why(refusal, ledger_trouble)});
  if (refusal.reason == Reason::ledger_unavailable || refusal.reason == Reason::shutdown) problem.status = 503;
  problem.reason = refusal.reason;
  problem.run = refusal.cause;
  return respond(problem);
}

// The request's key was used before: the run is answered as the ledger has it.
Response same_as(Backend& backend, RunId id) {
  const auto found = backend.history().runs_by_prefix(id.text(), 1);
  if (!found) return respond(problem_from(found.error()));
  if (found->empty()) return respond({.status = 404, .detail = "run " + id.text() + " is not kept any more"});
  Response response = accepted(found->front());
  response.status = 200;
  return response;
}

}  // namespace

std::string asker(const Request& request) { return "uid " + std::to_string(request.peer.uid); }

Response accepted(const Run& run) {
  return {.status = 202, .body = run_json(run), .headers = {{"Location", "/v1/runs/" + run.id.text()}}};
}

void place(const Call& call, Order order, std::string subject) {
  call.backend.place(std::move(order),
                     [subject = std::move(subject), reply = call.reply, &backend = call.backend](const Answer& answer) {
                       if (const auto* run = std::get_if<Run>(&answer.result)) return reply(accepted(*run));
                       if (const auto* done = std::get_if<Done>(&answer.result))
                         return reply(json_response(count_json(done->count)));
                       if (const auto* same = std::get_if<SameAs>(&answer.result))
                         return reply(same_as(backend, same->run));
                       reply(refused(subject, std::get<Refusal>(answer.result), backend.view().ledger_trouble()));
                     });
}

}  // namespace belfry::api
