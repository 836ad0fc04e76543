// What people and programs ask for.
#include <algorithm>

#include <base/text.h>
#include <tests/sim/world.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr Millis later_most = 20min;  // so that it comes before the end of the second phase

}  // namespace

void World::ask(Input input, RequestId id) {
  reached_.count("requests");
  std::visit([this](const auto& wish) { witness_.asked(wish); }, input);
  asked_[static_cast<std::uint64_t>(id)] = "request " + std::to_string(static_cast<std::uint64_t>(id));
  give(std::move(input));
}

void World::request() {
  if (!scheduler_ || set_->jobs.empty()) return;
  const auto times = dice_.chance(100'000) ? 5 : 1;  // several at once
  for (int i = 0; i < times; ++i) {
    switch (dice_.below(12)) {
      case 0:
      case 1:
        ask_to_cancel();
        break;
      case 2:
        ask_to_pause();
        break;
      case 3:
      case 4:
        ask_to_resume();
        break;
      case 5: {
        const auto count = static_cast<std::uint32_t>(dice_.below(4));
        const RequestId id = next_request();
        ask(SkipRequested{.id = id, .job = any_job().name, .count = count}, id);
        break;
      }
      case 6:
        ask_to_backfill();
        break;
      case 7:
        ask_to_retry();
        break;
      default:
        ask_to_run();
        break;
    }
  }
}

void World::ask_to_run() {
  const RequestId id = next_request();
  RunRequested wish{.id = id, .job = any_job().name, .requested_by = person()};
  if (dice_.chance(200'000)) wish.at = wall_ + dice_.spread(1s, later_most);
  if (!wish.at && dice_.chance(200'000)) wish.delay = dice_.spread(1s, later_most);
  if (dice_.chance(100'000)) wish.overlap = RunRequested::Overlap::ignore;
  if (dice_.chance(200'000)) wish.priority = static_cast<int>(dice_.below(6));
  if (dice_.chance(200'000)) wish.nominal = wall_ - dice_.spread(1s, 72h);
  if (dice_.chance(400'000)) {
    const bool again = !keys_.empty() && dice_.chance(500'000);
    wish.key = again ? keys_[dice_.below(keys_.size())] : "key-" + std::to_string(keys_.size());
    if (!again) keys_.push_back(wish.key);
  }
  ask(std::move(wish), id);
}

void World::ask_to_retry() {
  const auto& closed = witness_.lately_closed();
  if (closed.empty()) return;
  const RequestId id = next_request();
  const Run& run = witness_.find(closed[dice_.below(closed.size())])->run;
  ask(RetryRequested{.id = id, .of = run, .requested_by = person()}, id);
}

void World::ask_to_cancel() {
  const std::vector<RunId> open = witness_.open_runs();
  if (open.empty()) return;
  const RequestId id = next_request();
  const RunId run = open[dice_.below(open.size())];
  if (witness_.find(run)->run.state == RunState::waiting) reached_.count("cancelled while a retry waits");
  const auto& held = held_.actions().starts;
  if (std::any_of(held.begin(), held.end(), [&](const StartOrder& order) { return order.id.run == run; }))
    reached_.count("cancelled while its start is held back");
  ask(CancelRequested{.id = id, .run = run, .requested_by = person()}, id);
}

void World::ask_to_pause() {
  const RequestId id = next_request();
  PauseRequested wish{.id = id, .jobs = {any_job().name}, .by = person(), .reason = "work on the disks"};
  if (dice_.chance(300'000) && any_job().name != wish.jobs.front()) wish.jobs.push_back(any_job().name);
  if (dice_.chance(500'000)) wish.until = wall_ + dice_.spread(10s, 24h);
  ask(std::move(wish), id);
}

void World::ask_to_resume() {
  const RequestId id = next_request();
  ResumeRequested wish{.id = id, .jobs = {any_job().name}, .by = person()};
  for (const Job& job : set_->jobs) {
    const auto found = witness_.jobs().find(job.name);
    const bool is_paused = found != witness_.jobs().end() && found->second.standing && found->second.standing->pause;
    if (is_paused && dice_.chance(500'000)) wish.jobs = {job.name};
  }
  if (dice_.chance(400'000)) {
    wish.catch_up = ResumeRequested::CatchUp::yes;
    witness_.asked_to_fill(wish.by);
  }
  ask(std::move(wish), id);
}

// Some slots of the past, or of before the job was known.
void World::ask_to_backfill() {
  const Job& job = any_job();
  WallTime from = wall_ - dice_.spread(1min, 72h);
  if (const auto slot = job.schedule.next_after(from); slot && *slot <= wall_ && dice_.chance(500'000)) from = *slot;
  WallTime to = from;
  for (auto slots = 1 + dice_.below(6); slots > 0; --slots) {
    const auto next = job.schedule.next_after(to);
    if (!next || *next > wall_) break;
    to = *next;
  }
  const RequestId id = next_request();
  witness_.asked_to_fill(person(), from, to);
  ask(BackfillRequested{.id = id, .job = job.name, .from = from, .to = to, .requested_by = person()}, id);
}

// S33: the daemon, or the whole machine, is told to stop. It goes when it may, or when patience is over.
void World::shut_down() {
  if (!scheduler_ || is_stopping_) return;
  const OnStop what = static_cast<OnStop>(dice_.below(3));
  say("the daemon is told to stop");
  reached_.count("told to stop the daemon");
  is_stopping_ = true;
  witness_.told_to_stop(what);
  exit_at_ = real_ + dice_.spread(1ms, 10min);
  give(StopAsked{.what = what, .reason = dice_.chance(500'000) ? Reason::by_request : Reason::shutdown});
}

}  // namespace belfry::sim
