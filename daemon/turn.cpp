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

}  // namespace

void Turn::submit(Input input) {
  scheduler_.submit(std::move(input));
  owed_ = true;
}

Result<void> Turn::take(const Now& now, const Hands& hands) {
  was_work_ = std::exchange(owed_, false);
  scheduler_.advance(now, actions_);
  was_work_ |= actions_.persist != nullptr || !actions_.starts.empty() || !actions_.stops.empty() ||
               !actions_.answers.empty() || !actions_.notices.empty();
  if (actions_.persist) hands.ledger.persist(*actions_.persist);
  for (const StartOrder& order : actions_.starts) hands.launcher.start(order);
  for (const StopOrder& order : actions_.stops) hands.launcher.stop(order);
  for (const Answer& answer : actions_.answers) hands.desk.deliver(answer);
  for (const Notice& notice : actions_.notices) {
    write_to_log(notice);
    hands.api.tell(notice);
    hands.status.tell(notice);
  }
  return hands.alarm.arm(scheduler_.next_wakeup());
}

}  // namespace belfry
