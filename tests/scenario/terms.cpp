#include <map>
#include <optional>
#include <string>
#include <vector>

#include <base/text.h>
#include <base/try.h>
#include <tests/scenario/terms.h>

namespace belfry::story {

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

// "word value word value", each looked up once.
class Pairs {
 public:
  explicit Pairs(const std::vector<std::string>& words, std::size_t first) {
    for (std::size_t i = first; i + 1 < words.size(); i += 2) pairs_[words[i]] = words[i + 1];
  }

  void duration(const char* name, Millis& value) const {
    if (const auto found = pairs_.find(name); found != pairs_.end()) value = parse_duration(found->second).value();
  }
  void duration(const char* name, std::optional<Millis>& value) const {
    if (const auto found = pairs_.find(name); found != pairs_.end()) value = parse_duration(found->second).value();
  }
  template <class Number>
  void number(const char* name, Number& value) const {
    if (const auto found = pairs_.find(name); found != pairs_.end()) {
      value = static_cast<std::uint32_t>(std::stoul(found->second));
    }
  }
  void codes(const char* name, std::vector<CodeRange>& ranges) const {
    const auto found = pairs_.find(name);
    if (found == pairs_.end()) return;
    for (const std::string_view part : split(found->second, ',')) ranges.push_back(parse_range(part));
  }
  std::optional<std::string> text(const char* name) const {
    const auto found = pairs_.find(name);
    return found == pairs_.end() ? std::nullopt : std::optional(found->second);
  }

  static CodeRange parse_range(std::string_view part) {
    const auto dash = part.find('-');
    const int first = std::stoi(std::string(part.substr(0, dash)));
    return {.first = first, .last = dash == part.npos ? first : std::stoi(std::string(part.substr(dash + 1)))};
  }

 private:
  std::map<std::string, std::string> pairs_;
};

using Words = std::vector<std::string>;

void set_missed(Policies& policies, const Words& words) {
  using Action = MissedPolicy::Action;
  policies.missed.action = words[1] == "skip" ? Action::skip : words[1] == "all" ? Action::all : Action::latest;
  const Pairs pairs(words, 2);
  pairs.duration("within", policies.missed.within);
  pairs.number("max", policies.missed.max);
}

void set_overlap(Policies& policies, const Words& words) {
  using Action = OverlapPolicy::Action;
  const std::map<std::string, Action> actions{
      {"skip", Action::skip}, {"queue", Action::queue}, {"replace", Action::replace}, {"allow", Action::allow}};
  policies.overlap.action = actions.at(words[1]);
  const Pairs pairs(words, 2);
  pairs.number("max_waiting", policies.overlap.max_waiting);
  pairs.number("max_running", policies.overlap.max_running);
}

void set_retry(Policies& policies, const Words& words) {
  RetryPolicy retry;
  const Pairs pairs(words, 1);
  pairs.number("max", retry.max);
  pairs.duration("delay", retry.delay);
  pairs.duration("max_delay", retry.max_delay);
  pairs.duration("within", retry.within);
  pairs.codes("exit_codes", retry.exit_codes);
  pairs.codes("not_exit_codes", retry.not_exit_codes);
  if (pairs.text("jitter") != "full") retry.jitter = RetryPolicy::Jitter::none;
  if (pairs.text("hold") == "true") retry.while_waiting = RetryPolicy::WhileWaiting::hold;
  if (const auto delays = pairs.text("delays")) {
    for (const std::string_view delay : split(*delays, ',')) retry.delays.push_back(parse_duration(delay).value());
  }
  policies.retry = retry;
}

void set_after(Job& job, const Words& words) {
  AfterTrigger after;
  for (const std::string_view name : split(words[1], ',')) after.jobs.push_back(JobName::parse(name).value());
  const Pairs pairs(words, 2);
  pairs.duration("delay", after.delay);
  const std::string when = pairs.text("when").value_or("success");
  using When = AfterTrigger::When;
  after.when = when == "failure" ? When::failure : when == "always" ? When::always : When::success;
  job.after = after;
}

// What is one word and one value.
Result<void> set_plain(Job& job, Policies& policies, const Words& words) {
  const Pairs pair(words, 0);
  const std::string& key = words[0];
  if (key == "timeout") return pair.duration("timeout", policies.timeout), Result<void>{};
  if (key == "unique") return pair.duration("unique", policies.unique), Result<void>{};
  if (key == "deadline") return pair.duration("deadline", policies.deadline), Result<void>{};
  if (key == "max_runs") return pair.number("max_runs", policies.max_runs), Result<void>{};
  if (key == "pause_after_failures") {
    return pair.number("pause_after_failures", policies.pause_after_failures), Result<void>{};
  }
  if (key == "success_exit_codes") {
    return pair.codes("success_exit_codes", policies.success_exit_codes), Result<void>{};
  }
  if (key == "queue") return policies.queue = words[1], Result<void>{};
  if (key == "priority") return policies.priority = std::stoi(words[1]), Result<void>{};
  if (key == "on_lost") return policies.on_lost = OnLost::rerun, Result<void>{};
  if (key == "was") return job.was = JobName::parse(words[1]).value(), Result<void>{};
  if (key == "on_startup") {
    job.startup = StartupTrigger{.delay = parse_duration(words[1]).value()};
    return {};
  }
  return std::unexpected(Error::bad_input("no such term: " + key));
}

}  // namespace

Result<void> set_term(Job& job, std::string_view text) {
  const Words words = words_of(text);
  if (words.empty()) return std::unexpected(Error::bad_input("let JOB what?"));
  Policies policies = *job.policies;
  if (words[0] == "missed") {
    set_missed(policies, words);
  } else if (words[0] == "overlap") {
    set_overlap(policies, words);
  } else if (words[0] == "retry") {
    set_retry(policies, words);
  } else if (words[0] == "after") {
    set_after(job, words);
  } else if (words[0] == "at_reboot") {
    job.startup = StartupTrigger{.when = StartupTrigger::When::each_boot};
  } else if (words[0] == "every") {  // every 5m measured_from finish
    const bool finish = words.size() < 4 || words[3] == "finish";
    job.measured = MeasuredInterval{.period = TRY(parse_duration(words[1])),
                                    .from = finish ? MeasuredInterval::From::finish : MeasuredInterval::From::start};
  } else {
    TRY(set_plain(job, policies, words));
  }
  job.policies = std::make_shared<const Policies>(std::move(policies));
  return {};
}

Result<QueueDefinition> parse_queue(std::string_view text) {
  const Words words = words_of(text);
  QueueDefinition queue{.name = words.at(0)};
  const Pairs pairs(words, 1);
  pairs.number("concurrency", queue.concurrency);
  pairs.number("max_waiting", queue.max_waiting);
  pairs.number("start_rate", queue.start_rate);
  return queue;
}

Result<DaemonLimits> parse_limits(std::string_view text) {
  DaemonLimits limits;
  const Pairs pairs(words_of(text), 0);
  pairs.number("max_running", limits.max_running);
  pairs.number("start_rate", limits.start_rate);
  pairs.duration("catch_up_spacing", limits.catch_up_spacing);
  return limits;
}

}  // namespace belfry::story
