#include <algorithm>
#include <utility>

#include <base/log.h>
#include <base/memory.h>
#include <base/try.h>
#include <base/words.h>
#include <daemon/chronicle.h>
#include <daemon/reloads.h>
#include <daemon/told_problems.h>

namespace belfry {

Result<std::unique_ptr<Reloads>> Reloads::start(Configuration& configuration, Hooks hooks) {
  auto aside = TRY(Aside::start("belfry-config"));
  return std::unique_ptr<Reloads>(new Reloads(configuration, std::move(hooks), std::move(aside)));
}

void Reloads::ask(api::ReloadHow how, std::string who, Done done) {
  waiting_.push_back({how, std::move(who), std::move(done)});
  if (!is_on_) begin_next();
}

void Reloads::check(std::optional<std::string> text, Checked done) {
  aside_->ask([look = configuration_.check(std::move(text), hooks_.wall()), done = std::move(done)] {
    return [done, problems = look()] { done(problems); };
  });
}

void Reloads::renew_zones() {
  is_renewal_owed_ = true;
  if (!is_on_) begin_next();
}

void Reloads::begin_next() {
  if (std::exchange(is_renewal_owed_, false)) return begin(Configuration::Purpose::renew);
  if (waiting_.empty()) return;
  served_ = std::exchange(waiting_, {});
  const bool is_to_be_applied = std::ranges::find(served_, api::ReloadHow::apply, &Request::how) != served_.end();
  begin(is_to_be_applied ? Configuration::Purpose::apply : Configuration::Purpose::rehearse);
}

void Reloads::begin(Configuration::Purpose purpose) {
  is_on_ = true;
  aside_->ask([this, purpose, read = configuration_.reading(purpose, hooks_.wall())] {
    auto reading = std::make_shared<Configuration::Reading>(read());
    return [this, purpose, reading] { finish(purpose, *reading); };
  });
}

api::ReloadResult Reloads::answer_of(const Configuration::Reading& reading) {
  if (!reading.trouble.empty()) {
    return std::unexpected(api::FileRefused{.what = reading.trouble, .problems = told_of(reading.problems)});
  }
  return api::Reloaded{.changes = reading.changes, .needs_restart = reading.needs_restart};
}

// Of several that one reading serves, whoever asked first; a save counts only where nobody asked.
std::string Reloads::who_asked() const {
  for (const Request& request : served_) {
    if (request.how == api::ReloadHow::apply && !request.who.empty()) return request.who;
  }
  return "";
}

void Reloads::take(const Configuration::Reading& reading) {
  const auto before = configuration_.jobs();
  const ReadingTold told{.at = hooks_.wall(), .who = who_asked(), .trouble_before = configuration_.trouble()};
  if (const auto jobs = configuration_.take(reading)) {
    log::info(configuration_.path() + " is in force: " + counted(jobs->jobs.size(), "job"));
    old_jobs_ = before;
    hooks_.in_force(jobs);
  } else if (!reading.trouble.empty()) {
    log::error("the file has errors, so the jobs stay as they were:\n" + reading.trouble);
  }
  for (Event& event : events_of_reading(reading, told)) hooks_.note(std::move(event));
  hooks_.read();
}

// S15: the same jobs, due at other times. What was decided stays decided, because marks do not move.
void Reloads::take_renewed(const Configuration::Reading& reading) {
  const auto before = configuration_.jobs();
  const auto jobs = configuration_.take_renewed(reading);
  if (!jobs) return log::error(reading.trouble);
  old_jobs_ = before;
  hooks_.in_force(jobs);
  for (const std::string& moved : reading.moved) log::warning(moved);
  if (auto event = event_of_zones(reading, hooks_.wall())) hooks_.note(*std::move(event));
}

void Reloads::finish(Configuration::Purpose purpose, const Configuration::Reading& reading) {
  using Purpose = Configuration::Purpose;
  is_on_ = false;
  if (purpose == Purpose::apply) take(reading);
  if (purpose == Purpose::renew) take_renewed(reading);
  hooks_.zones_read();
  if (purpose != Purpose::renew) {
    for (const Request& request : std::exchange(served_, {})) request.done(answer_of(reading));
  }
  if (!is_on_) begin_next();
}

void Reloads::drop_old_jobs() {
  if (!old_jobs_) return;
  aside_->ask([jobs = std::exchange(old_jobs_, nullptr)]() mutable {
    jobs.reset();
    give_back_free_memory();
    return [] {};
  });
}

}  // namespace belfry
