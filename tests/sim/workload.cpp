#include <algorithm>
#include <array>

#include <base/text.h>
#include <base/zones.h>
#include <scheduler/normal_form.h>
#include <tests/sim/policy_draw.h>
#include <tests/sim/workload.h>
#include <triggers/combine.h>
#include <triggers/parse.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t slots_max = 12'000;  // of a history: a seed is to be over soon
constexpr std::size_t herd_size = 180;      // so that a hundred of them are there, and due at once

constexpr std::array zone_names = {"Europe/Berlin",     "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll",
                                   "Africa/Casablanca", "America/Santiago", "Pacific/Apia",        "Europe/Dublin",
                                   "Asia/Gaza",         "America/St_Johns"};

std::shared_ptr<const Zone> zone_named(const std::string& name) {
  static ZoneCache cache;
  return cache.find(name).value();
}

WallTime draw_begin(Dice& dice, const Zone& zone) {
  const int years = static_cast<int>(dice.below(12));
  const WallTime any = WallTime{std::chrono::sys_days{std::chrono::year{2024 + years} / 1 / 1}} +
                       Millis{static_cast<std::int64_t>(dice.below(365ULL * 24 * 3'600'000))};
  const auto change = zone.period_at(any).end;
  if (dice.chance(500'000) || change == Zone::future) return any;
  return WallTime{change} - Millis{static_cast<std::int64_t>(dice.below(48ULL * 3'600'000))};
}

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

Workload::Workload(const Plan& plan) : plan_(plan), zone_(Zone::utc()) {
  Dice dice(mix(plan.seed) ^ 0x0b5e55edU);
  zone_ = zone_named(zone_names[dice.below(zone_names.size())]);
  begin_ = draw_begin(dice, *zone_);
  is_herd_ = dice.chance(60'000) && plan.duration <= 24h && !plan.jobs;
  const std::size_t drawn = is_herd_ ? herd_size : 1 + dice.below(20);
  lines_.resize(plan.jobs.value_or(drawn));
  shortest_ = std::max(Millis{1000}, plan.duration * static_cast<std::int64_t>(lines_.size()) / slots_max);
  limits_ = draw_limits(dice);
  queues_ = draw_queues(dice);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    lines_[i].exists = i == 0 || !dice.chance(200'000);
    if (plan.dropped_jobs.contains(i)) lines_[i].exists = false;
    lines_[i].enabled = !dice.chance(80'000);
  }
}

JobName Workload::name_of(std::size_t number) const {
  return JobName::parse("job-" + std::to_string(number) + (lines_[number].other_name ? "-anew" : "")).value();
}

std::shared_ptr<const JobSet> Workload::next(Dice& dice) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    Line& line = lines_[i];
    const Line before = line;
    if (dice.chance(60'000)) ++line.schedule;
    if (dice.chance(100'000)) ++line.policies;
    if (dice.chance(60'000)) line.enabled = !line.enabled;
    if (dice.chance(60'000)) line.exists = !line.exists && !plan_.dropped_jobs.contains(i);
    if (dice.chance(50'000)) line.other_name = !line.other_name;
    const bool is_same = before.schedule == line.schedule && before.policies == line.policies &&
                         before.enabled == line.enabled && before.other_name == line.other_name;
    if (!is_same) line.job = nullptr;
  }
  if (dice.chance(200'000)) queues_ = draw_queues(dice);
  return write();
}

std::shared_ptr<const JobSet> Workload::write() {
  auto set = std::make_shared<JobSet>();
  set->revision = "r" + std::to_string(++revision_);
  set->queues = queues_;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    Line& line = lines_[i];
    if (!line.exists) continue;
    if (!line.job) line.job = std::make_shared<const Job>(draw_job(i));
    set->jobs.push_back(*line.job);
  }
  return set;
}

const Definition* Workload::definition(const std::string& normal_form) const {
  const auto found = definitions_.find(normal_form);
  return found == definitions_.end() ? nullptr : &found->second;
}

Job Workload::draw_job(std::size_t number) const {
  const Line& line = lines_[number];
  Job job{.name = name_of(number), .action = Script{"true"}, .enabled = line.enabled};
  if (line.other_name) job.was = JobName::parse("job-" + std::to_string(number)).value();
  Dice for_schedule(mix(plan_.seed) ^ mix(1000 * number + line.schedule));
  draw_trigger(for_schedule, number, job);
  Dice for_policies(mix(plan_.seed) ^ mix(7'000'000 + 1000 * number + line.policies));
  job.policies = std::make_shared<const Policies>(draw_policies(for_policies));
  return job;
}

void Workload::draw_trigger(Dice& dice, std::size_t number, Job& job) const {
  const auto kind = is_herd_ ? 1000 : dice.below(100);
  if (kind < 8) {
    job.schedule_text = "manual";
  } else if (kind < 20 && number > 0) {
    job.after = AfterTrigger{.when = static_cast<AfterTrigger::When>(dice.below(3)),
                             .delay = dice.chance(400'000) ? dice.spread(1s, 10min) : 0ms};
    for (std::size_t i = 0; i <= dice.below(3); ++i) {
      const JobName cause = name_of(dice.below(number));
      const auto& known = job.after->jobs;
      if (std::find(known.begin(), known.end(), cause) == known.end()) job.after->jobs.push_back(cause);
    }
  } else if (kind < 26) {
    job.startup = StartupTrigger{.when = static_cast<StartupTrigger::When>(dice.below(2)),
                                 .delay = dice.chance(500'000) ? dice.spread(1s, 1min) : 0ms};
  } else if (kind < 33) {
    job.measured = MeasuredInterval{.period = dice.spread(shortest_, 12h),
                                    .from = static_cast<MeasuredInterval::From>(dice.below(2))};
  } else {
    job.schedule = draw_schedule(dice, job.name.text(), job.schedule_text);
  }
  const std::string form = triggers_normal_form(job);
  if (!job.measured) definitions_.emplace(form, Definition{.schedule = job.schedule});
}

Schedule Workload::draw_schedule(Dice& dice, const std::string& name, std::string& text) const {
  const auto zone = draw_zone(dice);
  const auto kind = is_herd_ ? 1000 : dice.below(100);
  if (kind < 40) {
    text = "every " + format_duration(dice.spread(shortest_, 24h));
    return dressed(dice, parse_schedule(text, {.zone = zone, .job = name}).value(), name, zone);
  }
  if (kind < 44) {
    text = "at some instant";
    const WallTime at =
        begin_ + Millis{static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(plan_.duration.count())))};
    return parse_at(format_utc(at), {.zone = zone}).value();
  }
  if (kind < 48) {
    text = "Mon..Fri *-*-* 08,20:00/30";
    return dressed(dice, parse_calendar(text, {.zone = zone}).value(), name, zone);
  }
  text = is_herd_ ? "*/10 * * * *" : draw_cron(dice, *zone);
  const Schedule schedule = parse_schedule(text, {.zone = zone, .job = name}).value();
  Nature nature = Nature::none;
  if (text == "*/15 * * * *") nature = Nature::pulse;
  if (text.ends_with(" * * *") && text.find_first_of("*/,") == text.size() - 5) nature = Nature::daily;
  definitions_.emplace(schedule.normal_form(), Definition{.schedule = schedule, .nature = nature, .zone = zone});
  if (nature != Nature::none && dice.chance(500'000)) return schedule;
  if (dice.chance(80'000)) return any_of({schedule, parse_schedule("every 5h", {}).value()});
  return dressed(dice, schedule, name, zone);
}

// 40 % of the fixed times lie in the hour in which the zone's clock changes next.
std::string Workload::draw_cron(Dice& dice, const Zone& zone) const {
  const auto change = zone.period_at(begin_).end;
  std::uint64_t hour = dice.below(24);
  if (change != Zone::future && dice.chance(400'000)) {
    const LocalTime before = zone.period_at(begin_).local(WallTime{change});
    hour = static_cast<std::uint64_t>(
        std::chrono::hh_mm_ss(before - std::chrono::floor<std::chrono::days>(before)).hours().count());
  }
  const std::string fixed = number(dice.below(60)) + " " + number(hour);
  switch (dice.below(10)) {
    case 0:
      return "*/15 * * * *";
    case 1:
      return "*/" + number(1 + dice.below(30)) + " * * * *";
    case 2:
      return number(dice.below(60)) + " * * * *";
    case 3:
      return fixed + " * * MON-FRI";
    case 4:
      return "0,30 8-18 * * *";
    case 5:
      return fixed + " 29 2 *";
    case 6:
      return fixed + " 13,31 * FRI";
    default:
      return fixed + " * * *";
  }
}

// Calendars, delays and bounds around a schedule.
Schedule Workload::dressed(Dice& dice, Schedule schedule, const std::string& name,
                           std::shared_ptr<const Zone> zone) const {
  if (dice.chance(150'000)) {
    auto calendar = std::make_shared<Calendar>("off");
    if (!calendar->add(dice.chance(500'000) ? "SAT-SUN" : "MON-THU")) return schedule;
    schedule = filtered(std::move(schedule), {.exclude = {calendar}, .zone = zone});
  }
  if (dice.chance(60'000)) schedule = bounded(std::move(schedule), {.until = begin_ + plan_.duration / 2});
  if (dice.chance(200'000)) {
    schedule = delayed(
        std::move(schedule),
        {.jitter = dice.spread(1s, 10min), .spread = dice.chance(300'000) ? dice.spread(1s, 1min) : 0ms, .job = name});
  }
  return schedule;
}

std::shared_ptr<const Zone> Workload::draw_zone(Dice& dice) const {
  if (is_herd_ || dice.chance(500'000)) return Zone::utc();
  if (dice.chance(600'000)) return zone_;
  return zone_named(zone_names[dice.below(zone_names.size())]);
}

}  // namespace belfry::sim
