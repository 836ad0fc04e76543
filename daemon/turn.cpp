#include <utility>

#include <base/log.h>
#include <base/try.h>
#include <daemon/story.h>
#include <daemon/turn.h>

namespace belfry {

namespace {

void write_to_log(const Notice& notice) {
  const LogLine line = tell(notice);
  if (line.text.empty()) return;
  log::write(line.level, line.text, log::keeps_fields() ? fields_of(notice) : log::Fields{});
}

bool is_nothing(const Actions& actions) {
  return actions.starts.empty() && actions.stops.empty() && actions.answers.empty() && actions.notices.empty();
}

// All but `persist`, which comes before.
void carry_out(Actions& actions, const Hands& hands) {
  for (const StartOrder& order : actions.starts) hands.launcher.start(order);
  for (const StopOrder& order : actions.stops) hands.launcher.stop(order);
  for (const Answer& answer : actions.answers) hands.desk.deliver(answer);
  for (const Notice& notice : actions.notices) {
    write_to_log(notice);
    hands.api.tell(notice);
    hands.status.tell(notice);
  }
  actions.clear();
}

}  // namespace

void Turn::submit(Input input) {
  scheduler_.submit(std::move(input));
  owed_ = true;
}

Result<void> Turn::take(const Now& now, const Hands& hands) {
  was_work_ = std::exchange(owed_, false) || time_.is_ahead();
  const Now& core_now = time_.read(now);
  if (!time_.is_ahead()) let_go(hands);
  decide(core_now, hands);
  if (!time_.is_ahead()) {
    if (const auto by = scheduler_.sure_ahead(lead)) decide(time_.go_ahead(*by), hands);
  }
  return hands.alarm.arm(time_.is_ahead() ? time_.comes_at() : next_look(core_now));
}

void Turn::decide(const Now& now, const Hands& hands) {
  scheduler_.advance(now, actions_);
  was_work_ |= actions_.persist != nullptr || !is_nothing(actions_);
  if (actions_.persist) hands.ledger.persist(*actions_.persist);
  if (time_.is_ahead()) {
    for (const StartOrder& order : actions_.starts) hands.launcher.expect(order);
    held_.add(actions_);
  } else {
    carry_out(actions_, hands);
  }
}

// What was made ready for starts that the core decides again is not needed.
void Turn::let_go(const Hands& hands) {
  for (const AttemptId& id : held_.take_out_late(time_.late())) {
    hands.launcher.stop({.id = id, .reason = Reason::deadline});
    scheduler_.submit(AttemptNeverExecuted{id});
  }
  carry_out(held_.actions(), hands);
}

// A little before the core has something to do by itself, to see whether it can be decided ahead; and then in time.
Wakeup Turn::next_look(const Now& now) const {
  Wakeup next = scheduler_.next_wakeup();
  if (next.wall && *next.wall > now.wall + lead) *next.wall -= lead;
  if (next.boot && *next.boot > now.boot + lead) *next.boot -= lead;
  return next;
}

}  // namespace belfry
