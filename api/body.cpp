#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include <belfry/scheduler.h>

#include <api/body.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

using Json = nlohmann::json;

constexpr std::size_t reason_bytes_max = 500;
constexpr std::int64_t priority_max = 1'000'000;

Error bad_key(std::string_view key, const std::string& why) {
  return Error::bad_input("key '" + std::string(key) + "': " + why);
}

// An object whose keys are taken one by one; what is left over is an error.
class Body {
 public:
  // `names` are the keys that the route takes, separated by spaces.
  static Result<Body> read(std::string_view text, std::string_view names) {
    if (trim(text).empty()) return Body(Json::object());
    Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return std::unexpected(Error::bad_input("the body must be empty or a JSON object"));
    const auto known = names.empty() ? std::vector<std::string_view>{} : split(names, ' ');
    for (const auto& item : object.items()) {
      if (std::find(known.begin(), known.end(), item.key()) == known.end()) {
        return std::unexpected(unknown_key(item.key(), known));
      }
    }
    return Body(std::move(object));
  }

  bool has(const char* key) const { return find(key) != nullptr; }

  Result<std::string> text(const char* key) const {
    const Json* value = find(key);
    if (value == nullptr) return std::string();
    if (!value->is_string()) return std::unexpected(bad_key(key, "it is a text"));
    return value->get<std::string>();
  }

  Result<std::vector<std::string>> texts(const char* key) const {
    std::vector<std::string> list;
    const Json* value = find(key);
    if (value == nullptr) return list;
    const Error wrong = bad_key(key, "it is a list of texts");
    if (!value->is_array()) return std::unexpected(wrong);
    for (const Json& item : *value) {
      if (!item.is_string()) return std::unexpected(wrong);
      list.push_back(item.get<std::string>());
    }
    return list;
  }

  Result<bool> flag(const char* key) const {
    const Json* value = find(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return std::unexpected(bad_key(key, "it is true or false"));
    return value->get<bool>();
  }

  struct Range {
    std::int64_t min;
    std::int64_t max;
  };
  Result<std::optional<std::int64_t>> number(const char* key, Range range) const {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    const Error wrong =
        bad_key(key, "it is a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max));
    if (!value->is_number_integer()) return std::unexpected(wrong);
    if (value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t(std::numeric_limits<int>::max())) {
      return std::unexpected(wrong);
    }
    const auto number = value->get<std::int64_t>();
    if (number < range.min || number > range.max) return std::unexpected(wrong);
    return number;
  }

  Result<std::optional<WallTime>> instant(const char* key) const {
    const std::string written = TRY(text(key));
    if (find(key) == nullptr) return std::nullopt;
    const auto value = parse_rfc3339(written);
    if (!value) return std::unexpected(bad_key(key, value.error().what));
    return *value;
  }

  // An object of texts, numbers and truth values.
  Result<std::vector<Param>> params(const char* key) const {
    std::vector<Param> list;
    const Json* value = find(key);
    if (value == nullptr) return list;
    if (!value->is_object()) return std::unexpected(bad_key(key, "it is an object of names and values"));
    for (const auto& item : value->items()) {
      const Json& one = item.value();
      if (!one.is_string() && !one.is_number() && !one.is_boolean()) {
        return std::unexpected(bad_key(key, "'" + item.key() + "' is a text, a number, true or false"));
      }
      list.push_back({.name = item.key(), .value = one.is_string() ? one.get<std::string>() : one.dump()});
    }
    return list;
  }

  // `true`, or a duration.
  Result<std::optional<Millis>> unique(const char* key) const {
    const Json* value = find(key);
    if (value == nullptr || (value->is_boolean() && !value->get<bool>())) return std::nullopt;
    if (value->is_boolean()) return Millis{0};
    return duration(key);
  }

  Result<std::optional<Millis>> duration(const char* key) const {
    const std::string written = TRY(text(key));
    if (find(key) == nullptr) return std::nullopt;
    const auto value = parse_duration(written);
    if (!value) return std::unexpected(bad_key(key, value.error().what));
    return *value;
  }

 private:
  explicit Body(Json object) : object_(std::move(object)) {}

  static Error unknown_key(const std::string& key, const std::vector<std::string_view>& known) {
    std::string what = "unknown key '" + key + "' in the body";
    if (known.empty()) return Error::bad_input(what + "; this address takes none");
    if (const auto near = nearest(key, known))
      return Error::bad_input(what + "; did you mean '" + std::string(*near) + "'?");
    what += "; this address takes";
    for (const std::string_view name : known) what += " " + std::string(name);
    return Error::bad_input(what);
  }

  const Json* find(const char* key) const {
    const auto it = object_.find(key);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
  }

  Json object_;
};

Error exclude_each_other(const char* a, const char* b) {
  return Error::bad_input("keys '" + std::string(a) + "' and '" + b + "' exclude each other");
}

Result<Selection> selection_in(const Body& body) {
  Selection selection;
  selection.jobs = TRY(body.texts("jobs"));
  selection.tags = TRY(body.texts("tags"));
  selection.is_all = TRY(body.flag("all"));
  const int ways = int(!selection.jobs.empty()) + int(!selection.tags.empty()) + int(selection.is_all);
  if (ways == 1) return selection;
  return std::unexpected(Error::bad_input("say which jobs by exactly one of 'jobs', 'tags' and 'all'"));
}

Result<PauseBody> pause_in(const Body& body) {
  PauseBody pause;
  pause.until = TRY(body.instant("until"));
  pause.length = TRY(body.duration("for"));
  pause.reason = TRY(body.text("reason"));
  if (pause.until && pause.length) return std::unexpected(exclude_each_other("until", "for"));
  if (pause.reason.size() > reason_bytes_max) {
    return std::unexpected(bad_key("reason", "it has at most " + std::to_string(reason_bytes_max) + " bytes"));
  }
  return pause;
}

}  // namespace

Result<RunBody> read_run_body(std::string_view text) {
  const Body body =
      TRY(Body::read(text, "params scheduled_time at delay queue priority unique ignore_overlap dry_run"));
  RunBody run;
  run.scheduled_time = TRY(body.instant("scheduled_time"));
  run.at = TRY(body.instant("at"));
  run.delay = TRY(body.duration("delay"));
  const auto priority = TRY(body.number("priority", {.min = -priority_max, .max = priority_max}));
  if (priority) run.priority = static_cast<int>(*priority);
  run.ignores_overlap = TRY(body.flag("ignore_overlap"));
  run.is_dry_run = TRY(body.flag("dry_run"));
  run.params = TRY(body.params("params"));
  run.queue = TRY(body.text("queue"));
  run.unique = TRY(body.unique("unique"));
  if (run.at && run.delay) return std::unexpected(exclude_each_other("at", "delay"));
  return run;
}

Result<ProgressBody> read_progress_body(std::string_view text) {
  const Body body = TRY(Body::read(text, "percent message"));
  const auto percent = TRY(body.number("percent", {.min = 0, .max = 100}));
  if (!percent) return std::unexpected(bad_key("percent", "it is needed"));
  ProgressBody progress{.percent = static_cast<int>(*percent), .message = TRY(body.text("message"))};
  if (progress.message.size() > Progress::message_bytes_max) {
    return std::unexpected(
        bad_key("message", "it is longer than " + std::to_string(Progress::message_bytes_max) + " bytes"));
  }
  return progress;
}

Result<PauseBody> read_pause_body(std::string_view text) {
  const Body body = TRY(Body::read(text, "jobs tags all until for reason"));
  PauseBody pause = TRY(pause_in(body));
  pause.selection = TRY(selection_in(body));
  return pause;
}

Result<PauseBody> read_pause_of_job_body(std::string_view text) {
  return pause_in(TRY(Body::read(text, "until for reason")));
}

Result<ResumeBody> read_resume_body(std::string_view text) {
  const Body body = TRY(Body::read(text, "jobs tags all catch_up"));
  ResumeBody resume;
  resume.selection = TRY(selection_in(body));
  resume.catches_up = TRY(body.flag("catch_up"));
  return resume;
}

Result<ResumeBody> read_resume_of_job_body(std::string_view text) {
  const Body body = TRY(Body::read(text, "catch_up"));
  ResumeBody resume;
  resume.catches_up = TRY(body.flag("catch_up"));
  return resume;
}

Result<std::uint32_t> read_skip_body(std::string_view text) {
  const Body body = TRY(Body::read(text, "next"));
  const auto next = TRY(body.number("next", {.min = 0, .max = SkipRequested::count_max}));
  return static_cast<std::uint32_t>(next.value_or(1));
}

Result<bool> read_reload_body(std::string_view text) { return TRY(Body::read(text, "dry_run")).flag("dry_run"); }

Result<std::optional<std::string>> read_validate_body(std::string_view text) {
  const Body body = TRY(Body::read(text, "text"));
  if (!body.has("text")) return std::nullopt;
  return TRY(body.text("text"));
}

Result<BackfillBody> read_backfill_body(std::string_view text) {
  const Body body = TRY(Body::read(text, "from to params dry_run"));
  const auto from = TRY(body.instant("from"));
  const auto to = TRY(body.instant("to"));
  if (!from || !to) return std::unexpected(Error::bad_input("a backfill needs the keys 'from' and 'to'"));
  if (*from > *to) return std::unexpected(bad_key("to", "it lies before 'from'"));
  const bool is_dry_run = TRY(body.flag("dry_run"));
  return BackfillBody{.from = *from, .to = *to, .is_dry_run = is_dry_run, .params = TRY(body.params("params"))};
}

Result<void> read_empty_body(std::string_view text) {
  TRY(Body::read(text, ""));
  return {};
}

}  // namespace belfry::api
