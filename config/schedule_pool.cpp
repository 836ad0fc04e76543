#include <config/schedule_pool.h>

namespace belfry::config {

namespace {

// A text and a zone say everything about it. Not where `H` stands for another time in each job.
std::optional<std::string_view> whole_text(const ScheduleList& list) {
  if (list.entries.size() != 1) return std::nullopt;
  const ScheduleEntry& entry = list.entries.front();
  const auto& text = entry.text ? entry.text : entry.cron;
  if (!text || text->text.contains('H')) return std::nullopt;
  const bool has_more = entry.from || entry.until || !entry.exclude.empty() || !entry.only.empty() ||
                        entry.jitter > Millis{0} || entry.spread > Millis{0} || entry.dst != DstPolicy{};
  return has_more ? std::nullopt : std::optional(text->text);
}

}  // namespace

std::optional<CompiledSchedule> SchedulePool::compile(Reader& reader, const ScheduleList& list,
                                                      const ScheduleSurroundings& around) {
  const auto text = whole_text(list);
  if (!text) return config::compile(reader, list, around);
  const Zone* const zone = list.entries.front().zone ? list.entries.front().zone.get() : around.zone.get();
  const auto known = known_.find({zone, *text});
  if (known != known_.end()) return known->second;
  auto compiled = config::compile(reader, list, around);
  if (compiled) known_.emplace(std::pair(zone, *text), *compiled);
  return compiled;
}

}  // namespace belfry::config
