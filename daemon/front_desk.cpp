#include <algorithm>
#include <filesystem>
#include <utility>

#include <base/text.h>
#include <daemon/front_desk.h>
#include <daemon/ledger_audit.h>
#include <daemon/told_problems.h>
#include <jobs/output.h>

namespace belfry {

namespace {

// Whoever asks may stand in another directory.
std::string whole_path(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error).lexically_normal();
  return error ? path : whole.string();
}

// The main file may stand among those that were read, too.
std::vector<std::string> once_each(const std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (const std::string& name : names) {
    if (std::ranges::find(once, name) == once.end()) once.push_back(name);
  }
  return once;
}

// As it is written in the file.
std::string in_words(const config::OnStopSetting& on_stop) {
  switch (on_stop.what) {
    case OnStop::leave:
      return "leave";
    case OnStop::wait:
      return "wait " + format_duration(on_stop.wait);
    case OnStop::kill:
      return "kill";
  }
  std::unreachable();
}

}  // namespace

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

api::ConfigFacts FrontDesk::config() {
  const Configuration& configuration = rooms_.configuration;
  return {.path = whole_path(configuration.path()),
          .trouble = configuration.trouble(),
          .problems = told_of(configuration.problems()),
          .files = once_each(configuration.watched()),
          .state_dir = rooms_.state_path,
          .on_stop = in_words(configuration.daemon().on_stop),
          .limits = configuration.daemon().limits,
          .keep = configuration.daemon().keep};
}

void FrontDesk::validate(std::optional<std::string> text, ValidateDone done) {
  rooms_.check(std::move(text), [done = std::move(done)](const auto& problems) { done(told_of(problems)); });
}

api::StatusFacts FrontDesk::status() {
  return {.uptime = rooms_.clock.read().boot - opened_,
          .config_path = whole_path(rooms_.configuration.path()),
          .config_trouble = rooms_.configuration.trouble(),
          .state_dir = rooms_.state_path,
          .tzdata = rooms_.zones.database_version(),
          .warnings = rooms_.warnings,
          .stuck_calls = rooms_.stuck_calls(),
          .process = rooms_.process};
}

}  // namespace belfry
