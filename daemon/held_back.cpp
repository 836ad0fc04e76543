#include <algorithm>
#include <iterator>

#include <daemon/held_back.h>

namespace belfry {

namespace {

template <class T>
void append(std::vector<T>& from, std::vector<T>& to) {
  std::ranges::move(from, std::back_inserter(to));
}

}  // namespace

void HeldBack::add(Actions& actions) {
  append(actions.starts, actions_.starts);
  append(actions.stops, actions_.stops);
  append(actions.answers, actions_.answers);
  append(actions.notices, actions_.notices);
  actions.clear();
}

std::vector<AttemptId> HeldBack::take_out_late(Millis late) {
  std::vector<AttemptId> taken;
  if (late < moment) return taken;
  const auto has_deadline = [](const StartOrder& order) { return order.job->policies->deadline.has_value(); };
  for (const StartOrder& order : actions_.starts) {
    if (has_deadline(order)) taken.push_back(order.id);
  }
  std::erase_if(actions_.starts, has_deadline);
  return taken;
}

}  // namespace belfry
