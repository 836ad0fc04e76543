#include <algorithm>

#include <scheduler/queues.h>

namespace belfry {

namespace {

StartGate::Limits limits_of(const QueueDefinition& definition) {
  return {.concurrency = definition.concurrency, .rate = definition.start_rate};
}

}  // namespace

void Queues::define(const std::vector<QueueDefinition>& definitions) {
  for (Queue& queue : queues_) {
    queue.definition = {.name = queue.definition.name};
    queue.gate.set_limits({});
  }
  for (const QueueDefinition& definition : definitions) {
    Queue& queue = queues_[find(definition.name)];
    queue.definition = definition;
    queue.gate.set_limits(limits_of(definition));
  }
}

QueueIndex Queues::find(const SharedText& name) {
  const auto found =
      std::find_if(queues_.begin(), queues_.end(), [&](const Queue& queue) { return queue.definition.name == name; });
  const auto index = static_cast<QueueIndex>(found - queues_.begin());
  if (found == queues_.end()) queues_.push_back({.definition = {.name = name}});
  return index;
}

bool Queues::is_full(QueueIndex index) const {
  const Queue& queue = queues_[index];
  const auto free = queue.gate.free_places();
  return free && queue.line.size() >= *free + queue.definition.max_waiting;
}

bool Queues::has_room_for(const SharedText& name, std::size_t runs) const {
  const auto found = std::ranges::find_if(queues_, [&](const Queue& queue) { return queue.definition.name == name; });
  if (found == queues_.end() || found->gate.running() == 0) return true;
  const auto free = found->gate.free_places();
  return !free || found->line.size() + runs <= std::size_t{*free} + found->definition.max_waiting;
}

std::optional<RunHandle> Queues::admit_next(BootTime now) {
  if (!daemon_.is_open(now)) return std::nullopt;
  Queue* best = nullptr;
  for (Queue& queue : queues_) {
    if (queue.line.empty() || !queue.gate.is_open(now)) continue;
    if (best == nullptr || queue.line.top().due < best->line.top().due) best = &queue;
  }
  if (best == nullptr) return std::nullopt;
  const RunHandle run = best->line.top().item;
  best->line.erase(run);
  best->gate.enter(now);
  daemon_.enter(now);
  return run;
}

std::optional<BootTime> Queues::next_admission(BootTime now) {
  if (!daemon_.has_place()) return std::nullopt;
  std::optional<BootTime> earliest;
  for (Queue& queue : queues_) {
    if (queue.line.empty() || !queue.gate.has_place()) continue;
    const auto opens = std::max(queue.gate.opens_at(now), daemon_.opens_at(now));
    if (opens && (!earliest || *opens < *earliest)) earliest = opens;
  }
  return earliest;
}

bool Queues::does_anybody_wait() const {
  return std::ranges::any_of(queues_, [](const Queue& queue) { return !queue.line.empty(); });
}

void Queues::adopt(QueueIndex queue) {
  queues_[queue].gate.adopt();
  daemon_.adopt();
}

void Queues::leave(QueueIndex queue) {
  queues_[queue].gate.leave();
  daemon_.leave();
}

}  // namespace belfry
