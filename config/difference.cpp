#include <algorithm>
#include <map>
#include <string_view>

#include <base/text.h>
#include <config/difference.h>
#include <config/policy_entry.h>
#include <triggers/combine.h>

namespace belfry::config {

namespace {

template <class T>
std::string word_of(T value) {
  for (const Word<T>& word : Words<T>::known) {
    if (word.value == value) return std::string(word.text);
  }
  return "";
}

std::string text_of(const std::string& text) { return text; }
std::string text_of(int number) { return std::to_string(number); }
std::string text_of(bool flag) { return flag ? "true" : "false"; }
std::string text_of(Millis duration) { return format_duration(duration); }
std::string text_of(std::uint32_t number) { return std::to_string(number); }
std::string text_of(std::int64_t number) { return std::to_string(number); }
std::string text_of(OnLost on_lost) { return word_of(on_lost); }
std::string text_of(const MissedPolicy& missed) { return word_of(missed.action); }
std::string text_of(const OverlapPolicy& overlap) { return word_of(overlap.action); }
std::string text_of(const RetryPolicy& retry) { return std::to_string(retry.max); }

template <template <class> class Maybe, class T>
std::string text_of(const Maybe<T>& value) {
  return value ? text_of(*value) : "none";
}

class Keys {
 public:
  template <class T>
  void compare(const char* key, const T& before, const T& after) {
    if (before == after) return;
    JobChange::Key changed{.key = key, .before = text_of(before), .after = text_of(after)};
    if (changed.before == changed.after) changed.before = changed.after = "";  // the difference is further within
    keys_.push_back(std::move(changed));
  }

  // A difference whose values say little, or should not be shown.
  template <class T>
  void compare_unseen(const char* key, const T& before, const T& after) {
    if (!(before == after)) keys_.push_back({.key = key, .before = "", .after = ""});
  }

  std::vector<JobChange::Key> take() { return std::move(keys_); }

 private:
  std::vector<JobChange::Key> keys_;
};

void compare_schedule(Keys& keys, const Job& before, const Job& after) {
  keys.compare("schedule", before.schedule_text, after.schedule_text);
  keys.compare("timezone", before.zone_name, after.zone_name);
  const bool reads_alike = before.schedule_text == after.schedule_text && before.zone_name == after.zone_name;
  if (!reads_alike) return;
  // What stands beside the time: calendars, bounds, jitter, or triggers whose text is the same.
  keys.compare_unseen("schedule", true, are_due_alike(before.schedule, after.schedule));
}

void compare_policies(Keys& keys, const Policies& before, const Policies& after) {
  keys.compare("missed", before.missed, after.missed);
  keys.compare("overlap", before.overlap, after.overlap);
  keys.compare("retry", before.retry, after.retry);
  keys.compare("on_lost", before.on_lost, after.on_lost);
  keys.compare("timeout", before.timeout, after.timeout);
  keys.compare("deadline", before.deadline, after.deadline);
  keys.compare_unseen("success_exit_codes", before.success_exit_codes, after.success_exit_codes);
  keys.compare("queue", before.queue.str(), after.queue.str());
  keys.compare("priority", before.priority, after.priority);
  keys.compare("max_runs", before.max_runs, after.max_runs);
  keys.compare("unique", before.unique, after.unique);
  keys.compare("pause_after_failures", before.pause_after_failures, after.pause_after_failures);
}

std::vector<JobChange::Key> compare(const Job& before, const Job& after) {
  Keys keys;
  keys.compare("name", before.name.text(), after.name.text());
  compare_schedule(keys, before, after);
  keys.compare_unseen("action", before.action, after.action);
  keys.compare_unseen("env", before.env, after.env);
  keys.compare("working_dir", before.working_dir, after.working_dir);
  keys.compare("enabled", before.enabled, after.enabled);
  keys.compare_unseen("description", before.description, after.description);
  keys.compare_unseen("tags", before.tags, after.tags);
  if (before.process != after.process) keys.compare_unseen("process", *before.process, *after.process);
  keys.compare_unseen("params", before.inputs->params, after.inputs->params);
  keys.compare_unseen("secrets", before.inputs->secrets, after.inputs->secrets);
  if (before.policies != after.policies) compare_policies(keys, *before.policies, *after.policies);
  return keys.take();
}

std::optional<WallTime> next_of(const Job& job, WallTime now) {
  return job.enabled ? job.schedule.next_after(now) : std::nullopt;
}

// Which job of `before` became which of `after`. Nearly all stand where they stood.
class Pairs {
 public:
  Pairs(const JobSet& before, const JobSet& after) : before_(before), after_(after) {
    for (std::size_t i = 0; i < before.jobs.size(); ++i) {
      if (!is_in_place(i)) left_.emplace(before.jobs[i].name.text(), &before.jobs[i]);
    }
  }

  // Each of them once. Null: the job is new.
  const Job* take_before(std::size_t place) {
    if (is_in_place(place)) return &before_.jobs[place];
    const Job& job = after_.jobs[place];
    const Job* const same = take(job.name);
    return same == nullptr && job.was ? take(*job.was) : same;
  }

  bool is_left(const Job& old) const { return left_.contains(old.name.text()); }

 private:
  bool is_in_place(std::size_t place) const {
    return place < std::min(before_.jobs.size(), after_.jobs.size()) &&
           before_.jobs[place].name == after_.jobs[place].name;
  }
  const Job* take(const JobName& name) {
    const auto node = left_.extract(name.text());
    return node ? node.mapped() : nullptr;
  }

  const JobSet& before_;
  const JobSet& after_;
  std::map<std::string_view, const Job*> left_;
};

}  // namespace

std::vector<JobChange> difference(const JobSet& before, const JobSet& after, WallTime now) {
  Pairs pairs(before, after);
  std::vector<JobChange> changes;
  for (std::size_t i = 0; i < after.jobs.size(); ++i) {
    const Job& job = after.jobs[i];
    const Job* const old = pairs.take_before(i);
    auto keys = old != nullptr ? compare(*old, job) : std::vector<JobChange::Key>{};
    if (old != nullptr && keys.empty()) continue;
    changes.push_back({.kind = old != nullptr ? JobChange::Kind::changed : JobChange::Kind::added,
                       .job = job.name,
                       .schedule = job.schedule_text,
                       .keys = std::move(keys),
                       .next_before = old != nullptr ? next_of(*old, now) : std::nullopt,
                       .next = next_of(job, now)});
  }
  for (const Job& job : before.jobs) {
    if (!pairs.is_left(job)) continue;
    changes.push_back({.kind = JobChange::Kind::removed,
                       .job = job.name,
                       .schedule = job.schedule_text,
                       .keys = {},
                       .next_before = next_of(job, now),
                       .next = {}});
  }
  return changes;
}

}  // namespace belfry::config
