// What the file says about policies: missed, overlap, retry and their like, one table of fields for each that is a map.
// What is not said stays as it was, so a job's own key wins and the rest comes from `defaults:`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <belfry/policies.h>

#include <config/types.h>

namespace belfry::config {

extern const Table<MissedPolicy> missed_table;
extern const Table<OverlapPolicy> overlap_table;
extern const Table<RetryPolicy> retry_table;

template <>
struct Words<MissedPolicy::Action> {
  using Action = MissedPolicy::Action;
  static constexpr std::string_view words = "skip, latest or all";
  static constexpr std::array known{Word<Action>{"skip", Action::skip}, Word<Action>{"latest", Action::latest},
                                    Word<Action>{"all", Action::all}};
  static constexpr std::array foreign{
      ForeignWord{"coalesce", "latest", "APScheduler's"}, ForeignWord{"persistent", "latest", "systemd's"},
      ForeignWord{"fire_now", "latest", "Quartz's"},      ForeignWord{"do_nothing", "skip", "Quartz's"},
      ForeignWord{"run_once", "latest", "River's"},       ForeignWord{"catchup", "all", "Airflow's"},
      ForeignWord{"true", "latest", "the answer"},        ForeignWord{"false", "skip", "the answer"}};
};

template <>
struct Words<OverlapPolicy::Action> {
  using Action = OverlapPolicy::Action;
  static constexpr std::string_view words = "skip, queue, replace or allow";
  static constexpr std::array known{Word<Action>{"skip", Action::skip}, Word<Action>{"queue", Action::queue},
                                    Word<Action>{"replace", Action::replace}, Word<Action>{"allow", Action::allow}};
  static constexpr std::array foreign{
      ForeignWord{"Forbid", "skip", "Kubernetes'"},    ForeignWord{"Replace", "replace", "Kubernetes'"},
      ForeignWord{"Allow", "allow", "Kubernetes'"},    ForeignWord{"forbid", "skip", "dkron's"},
      ForeignWord{"BufferOne", "queue", "Temporal's"}, ForeignWord{"CancelOther", "replace", "Temporal's"},
      ForeignWord{"AllowAll", "allow", "Temporal's"},  ForeignWord{"Skip", "skip", "Temporal's"},
      ForeignWord{"true", "allow", "the answer"},      ForeignWord{"false", "skip", "the answer"}};
};

template <>
struct Words<RetryPolicy::Jitter> {
  using Jitter = RetryPolicy::Jitter;
  static constexpr std::string_view words = "full or none";
  static constexpr std::array known{Word<Jitter>{"full", Jitter::full}, Word<Jitter>{"none", Jitter::none}};
};

template <>
struct Words<OnLost> {
  static constexpr std::string_view words = "fail or rerun";
  static constexpr std::array known{Word<OnLost>{"fail", OnLost::fail}, Word<OnLost>{"rerun", OnLost::rerun}};
};

template <>
struct Type<MissedPolicy> {
  static constexpr std::string_view words = "skip, latest or all, or a map with 'policy'";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::word, .words = word_texts_of<MissedPolicy::Action>},
                                     Shape{.kind = Shape::Kind::fields, .rules = &missed_table.rules}};
  static void merge(Reader& reader, Node node, MissedPolicy& policy);
};

template <>
struct Type<OverlapPolicy> {
  static constexpr std::string_view words = "skip, queue, replace or allow, or a map with 'policy'";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::word, .words = word_texts_of<OverlapPolicy::Action>},
                                     Shape{.kind = Shape::Kind::fields, .rules = &overlap_table.rules}};
  static void merge(Reader& reader, Node node, OverlapPolicy& policy);
};

template <>
struct Type<RetryPolicy> {
  static constexpr std::string_view words = "a map such as { max: 3, delay: 1m }";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::fields, .rules = &retry_table.rules}};
  static void merge(Reader& reader, Node node, RetryPolicy& policy);
};

// `on:` which failures are worth another try.
template <>
struct Type<RetryPolicy::On> {
  static constexpr std::string_view words = "a list of exit, signal, timeout, start and lost";
  static constexpr std::array<std::string_view, 5> kinds{"exit", "signal", "timeout", "start", "lost"};
  static constexpr std::array kind{Shape{.kind = Shape::Kind::word, .words = kinds}};
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::list, .of = kind}};
  static std::optional<RetryPolicy::On> read(Reader& reader, Node node);
};

// `hold:`
template <>
struct Type<RetryPolicy::WhileWaiting> {
  static constexpr std::string_view words = Type<bool>::words;
  static constexpr auto shapes = shapes::boolean;
  static std::optional<RetryPolicy::WhileWaiting> read(Reader& reader, Node node);
};

template <>
struct Type<std::vector<CodeRange>> {
  static constexpr std::string_view words = "a list of exit codes such as [3, 100-110]";
  static constexpr std::array code{Shape{.kind = Shape::Kind::integer},
                                   Shape{.kind = Shape::Kind::pattern, .pattern = "^[0-9]{1,3}-[0-9]{1,3}$"}};
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::list, .of = code}};
  static std::optional<std::vector<CodeRange>> read(Reader& reader, Node node);
};

template <>
struct Type<std::vector<Millis>> {
  static constexpr std::string_view words = "a list of durations such as [10s, 1m]";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::list, .of = shapes::duration}};
  static std::optional<std::vector<Millis>> read(Reader& reader, Node node, Range range);
};

}  // namespace belfry::config
