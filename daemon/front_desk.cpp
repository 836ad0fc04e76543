#include <daemon/front_desk.h>
#include <daemon/ledger_audit.h>
#include <jobs/output.h>

namespace belfry {

FrontDesk::FrontDesk(Rooms rooms, std::function<void(Input)> submit)
    : rooms_(std::move(rooms)), submit_(std::move(submit)), opened_(rooms_.clock.read().boot) {}

// A reload is in force at the next turn only.
std::shared_ptr<const JobSet> FrontDesk::jobs_of_view() {
  const auto& jobs = rooms_.configuration.jobs();
  return jobs.get() == rooms_.view.job_set() ? jobs : nullptr;
}

void FrontDesk::audit(std::function<void(const Result<api::AuditFacts>&)> done) {
  const auto jobs = rooms_.configuration.jobs();
  const auto no_memory = [done] { done(std::unexpected(Error{.kind = ErrorKind::busy, .what = "no memory is left"})); };
  rooms_.reader.ask(
      [jobs, now = rooms_.clock.read().wall, done](History& history) {
        return [done, facts = audit_ledger(history, *jobs, now)] { done(facts); };
      },
      no_memory);
}

void FrontDesk::place(api::Order order, std::function<void(const Answer&)> done) {
  const RequestId id{++last_request_};
  waiting_.emplace(id, std::move(done));
  std::visit(
      [&](auto& request) {
        request.id = id;
        submit_(std::move(request));
      },
      order);
}

void FrontDesk::deliver(const Answer& answer) {
  const auto found = waiting_.find(answer.id);
  if (found == waiting_.end()) return;
  const auto done = std::move(found->second);
  waiting_.erase(found);
  done(answer);
}

Result<OutputPart> FrontDesk::read_log(const Run& run, const OutputQuery& query) {
  return read_output(rooms_.runs_path, run.attempt_id(), query);
}

void FrontDesk::tell_progress(const AttemptId& id, Progress progress) {
  submit_(AttemptProgressed{.id = id, .progress = std::move(progress)});
}

api::StatusFacts FrontDesk::status() {
  return {.uptime = rooms_.clock.read().boot - opened_,
          .config_path = rooms_.configuration.path(),
          .config_trouble = rooms_.configuration.trouble(),
          .state_dir = rooms_.state_path,
          .tzdata = rooms_.zones.database_version(),
          .warnings = rooms_.warnings,
          .stuck_calls = rooms_.stuck_calls(),
          .process = rooms_.process};
}

}  // namespace belfry
