#include <algorithm>

#include <triggers/cron_text.h>
#include <triggers/fields_trigger.h>
#include <triggers/last_slot.h>

namespace belfry {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::chrono::hours reach{26};  // farther than any change moves a reading (24 hours in Apia and Manila)

// The years of four digits. Outside of them nothing is due, so that nobody's arithmetic overflows.
constexpr WallTime first_instant = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
constexpr WallTime last_instant = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};

sys_seconds first_second_after(WallTime t) { return std::chrono::floor<seconds>(t) + seconds{1}; }

std::optional<sys_seconds> earlier(std::optional<sys_seconds> a, std::optional<sys_seconds> b) {
  if (!a || (b && *b < *a)) return b;
  return a;
}

}  // namespace

// A period, in the engine's terms.
struct FieldsTrigger::Span {
  sys_seconds begin, end;
  seconds offset;

  explicit Span(const Zone::Period& period) : begin(period.begin), end(period.end), offset(period.offset) {}

  LocalSecond local(sys_seconds t) const { return LocalSecond{t.time_since_epoch() + offset}; }
  sys_seconds utc(LocalSecond l) const { return sys_seconds{l.time_since_epoch() - offset}; }
  LocalSecond first_reading() const { return local(begin); }
  LocalSecond end_reading() const { return local(end); }
  bool has_after() const { return end != Zone::future; }
};

FieldsTrigger::Span FieldsTrigger::span_at(sys_seconds t) const { return Span(zone_->period_at(t)); }

LocalSecond FieldsTrigger::counted_end(const Span& span, const Span& next) const {
  return dst_.repeated == RepeatedTime::last ? std::min(span.end_reading(), next.first_reading()) : span.end_reading();
}

LocalSecond FieldsTrigger::counted_begin(const Span& span, const Span& before) const {
  return dst_.repeated == RepeatedTime::first ? std::max(span.first_reading(), before.end_reading())
                                              : span.first_reading();
}

FieldsTrigger::FieldsTrigger(Fields fields, TimeClass time_class, std::shared_ptr<const Zone> zone, DstPolicy dst)
    : fields_(std::move(fields)), dst_(dst), class_(time_class), zone_(std::move(zone)) {
  // S13: what follows real time is due wherever its reading is real, and nowhere else.
  if (class_ == TimeClass::recurring) dst_ = {.skipped = SkippedTime::skip, .repeated = RepeatedTime::both};
}

std::string FieldsTrigger::normal_form() const {
  std::string text = cron_text(fields_, class_) + " " + zone_->name();
  if (class_ == TimeClass::fixed) text += dst_text(dst_);
  return text;
}

// What a change just before `from` has left over: readings that are used up already, and times that were moved out
// of the gap to `from` or later.
FieldsTrigger::Start FieldsTrigger::start_after_change(sys_seconds from, const Span& here) const {
  const Span before = span_at(here.begin - seconds{1});
  Start start{.reading = std::max(here.local(from), counted_begin(here, before)), .moved = {}};
  if (dst_.skipped == SkippedTime::skip || before.end_reading() >= here.first_reading()) return start;
  if (dst_.skipped == SkippedTime::run && from > here.begin) return start;
  const bool runs_at_change = dst_.skipped == SkippedTime::run;
  const LocalSecond gap_from =
      runs_at_change ? before.end_reading() : std::max(before.end_reading(), before.local(from));
  const auto match = fields_.first_from(gap_from);
  if (!match || *match >= here.first_reading()) return start;
  start.moved = runs_at_change ? here.begin : before.utc(*match);
  return start;
}

std::optional<sys_seconds> FieldsTrigger::first_from(sys_seconds from) const {
  const Span here = span_at(from);
  Start start{.reading = here.local(from), .moved = {}};
  if (from < here.begin + reach) start = start_after_change(from, here);
  const auto match = fields_.first_from(start.reading);
  // The change at the end of this period is too far away to matter: nearly always so.
  if (match && *match + reach < here.end_reading()) return earlier(here.utc(*match), start.moved);
  return search(from, here, start, match);
}

// Goes from period to period. `match` is the first matching reading from `reading` on.
std::optional<sys_seconds> FieldsTrigger::search(sys_seconds from, Span here, Start start, Match match) const {
  auto [reading, moved] = start;
  for (;;) {
    if (match && *match + reach < here.end_reading()) return earlier(here.utc(*match), moved);
    if (!here.has_after()) return earlier(match ? std::optional(here.utc(*match)) : std::nullopt, moved);
    const Span next = span_at(here.end);
    if (match && *match < counted_end(here, next)) return earlier(here.utc(*match), moved);
    if (moved) return moved;
    if (match && here.end_reading() <= *match && *match < next.first_reading()) {
      if (dst_.skipped == SkippedTime::run) return here.end;
      if (dst_.skipped == SkippedTime::shift) moved = here.utc(*match);
    }
    const LocalSecond next_reading = counted_begin(next, here);
    if (here.end > from + 2 * reach && next_reading >= reading) {
      // Too late for a repetition to bring back a reading from before `match`: nothing is due until shortly before it.
      if (!match) return std::nullopt;
      const sys_seconds shortly_before = next.utc(*match) - 2 * reach;
      if (shortly_before > next.end) {
        here = span_at(shortly_before);
        continue;
      }
    }
    if (next_reading < reading || (match && *match < next_reading)) match = fields_.first_from(next_reading);
    reading = next_reading;
    here = next;
  }
}

std::int64_t FieldsTrigger::count_moved(const Change& change, sys_seconds from, sys_seconds until) const {
  const Span before = span_at(change.at - seconds{1});
  const Span after = span_at(change.at);
  const LocalSecond gap_begin = before.end_reading();
  const LocalSecond gap_end = after.first_reading();
  if (gap_begin >= gap_end || dst_.skipped == SkippedTime::skip) return 0;
  if (dst_.skipped == SkippedTime::run) {
    const bool is_slot = fields_.count(gap_begin, gap_end) > 0 && !fields_.matches(gap_end);
    return is_slot && from <= change.at && change.at < until ? 1 : 0;
  }
  std::int64_t total = 0;
  for (auto match = fields_.first_from(gap_begin); match && *match < gap_end;
       match = fields_.first_from(*match + seconds{1})) {
    const sys_seconds at = before.utc(*match);
    if (from <= at && at < until && !fields_.matches(after.local(at))) ++total;
  }
  return total;
}

std::int64_t FieldsTrigger::count(sys_seconds from, sys_seconds until) const {
  std::int64_t total = 0;
  Span before = span_at(from - reach);
  for (Span here = before;; before = here, here = span_at(here.end)) {
    LocalSecond begin = here.local(std::max(from, here.begin));
    LocalSecond end = here.local(std::min(until, here.end));
    if (here.begin != before.begin) {
      begin = std::max(begin, counted_begin(here, before));
      total += count_moved({here.begin}, from, until);
    }
    if (here.has_after()) end = std::min(end, counted_end(here, span_at(here.end)));
    total += fields_.count(begin, end);
    if (!here.has_after() || here.end >= until) return total;
  }
}

// Flattened: calls and the results they leave in memory would cost as much as the work itself.
[[gnu::flatten]] std::optional<WallTime> FieldsTrigger::next_after(WallTime t) const {
  if (t < first_instant) [[unlikely]]
    t = first_instant;
  if (t >= last_instant) [[unlikely]]
    return std::nullopt;
  return first_from(first_second_after(t));
}

std::optional<Stretch> FieldsTrigger::slots_in(WallTime after, WallTime upto) const {
  after = std::max(after, first_instant);
  upto = std::min(upto, last_instant);
  const auto first = next_after(after);
  if (!first || *first > upto) return std::nullopt;
  return Stretch{.first = *first,
                 .last = last_slot(*this, *first, upto),
                 .count = count(first_second_after(after), first_second_after(upto))};
}

}  // namespace belfry
