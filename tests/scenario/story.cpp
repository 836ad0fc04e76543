#include <array>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include <base/text.h>
#include <base/try.h>
#include <tests/scenario/story.h>
#include <tests/scenario/terms.h>
#include <tests/scenario/world.h>
#include <triggers/calendar.h>
#include <triggers/combine.h>
#include <triggers/parse.h>

namespace belfry::story {

namespace {

class Player {
 public:
  Result<void> play(std::string_view line) {
    std::istringstream in{std::string(line)};
    std::string verb;
    in >> verb;
    if (verb == "at") {
      world_.emplace(TRY(parse_rfc3339(word(in))));
      return {};
    }
    if (!world_) return std::unexpected(Error::bad_input("a story begins with `at`"));
    if (verb == "job") return define(in);
    if (verb == "takes") return takes(in);
    if (verb == "remove") return on_job(in, [&](const JobName& name) { world_->remove(name); });
    if (verb == "let") return let(in);
    if (verb == "queue") return world_->define_queue(TRY(parse_queue(rest(in)))), Result<void>{};
    if (verb == "daemon") return world_->set_limits(TRY(parse_limits(rest(in)))), Result<void>{};
    if (verb == "run") return run(in);
    if (verb == "pause") return pause(in);
    if (verb == "resume") return resume(in);
    if (verb == "skip") return skip(in);
    if (verb == "backfill") return backfill(in);
    if (verb == "cancel") return cancel(in);
    if (verb == "retry") return retry(in);
    if (verb == "stop") return stop(in);
    if (verb == "ends") return ends(in);
    if (verb == "go") return on_duration(in, [&](Millis duration) { world_->go(duration); });
    if (verb == "sleep") return on_duration(in, [&](Millis duration) { world_->sleep(duration); });
    if (verb == "clock") return clock(in);
    if (verb == "ledger") return ledger(in);
    if (verb == "crash") return crash(in);
    return simple(verb);
  }

  std::vector<std::string> trace() const { return world_ ? world_->trace() : std::vector<std::string>{}; }

 private:
  Result<void> simple(const std::string& verb) {
    constexpr std::array commands{
        std::pair{std::string_view("start"), &World::start}, std::pair{std::string_view("reboot"), &World::reboot},
        std::pair{std::string_view("reload"), &World::reload}, std::pair{std::string_view("show"), &World::show}};
    for (const auto& [name, command] : commands) {
      if (name != verb) continue;
      ((*world_).*command)();
      return {};
    }
    return std::unexpected(Error::bad_input("no such command: " + verb));
  }

  static std::string word(std::istream& in) {
    std::string word;
    in >> word;
    return word;
  }

  static std::string rest(std::istream& in) {
    std::string rest;
    std::getline(in, rest);
    return std::string(trim(rest));
  }

  // Takes " option value" off the end of a text.
  static std::optional<std::string> cut_option(std::string& text, std::string_view option) {
    const auto at = text.find(option);
    if (at == std::string::npos) return std::nullopt;
    std::string value = text.substr(at + option.size());
    text.erase(at);
    return value;
  }

  template <class Action>
  Result<void> on_job(std::istream& in, Action action) {
    action(TRY(JobName::parse(word(in))));
    return {};
  }

  template <class Action>
  Result<void> on_duration(std::istream& in, Action action) {
    action(TRY(parse_duration(word(in))));
    return {};
  }

  Result<void> define(std::istream& in) {
    const JobName name = TRY(JobName::parse(word(in)));
    std::string schedule = rest(in);
    constexpr std::string_view disabled = "disabled ";
    const bool enabled = !schedule.starts_with(disabled);
    if (!enabled) schedule.erase(0, disabled.size());
    const auto jitter = cut_option(schedule, " jitter ");
    const auto exclude = cut_option(schedule, " exclude ");
    auto parsed = parse_schedule(schedule, {.job = name.text()});
    if (!parsed) return std::unexpected(Error::bad_input(schedule + ": " + parsed.error().what));
    if (exclude) {
      auto calendar = std::make_shared<Calendar>("days-off");
      if (!calendar->add(*exclude)) return std::unexpected(Error::bad_input("no such days: " + *exclude));
      *parsed = filtered(*std::move(parsed), {.exclude = {std::move(calendar)}});
    }
    if (jitter) {
      const Millis at_most = TRY(parse_duration(*jitter));
      *parsed = delayed(*std::move(parsed), {.jitter = at_most, .job = name.text()});
    }
    world_->define(
        {.name = name, .schedule = *parsed, .schedule_text = schedule, .action = Script{"true"}, .enabled = enabled});
    // As in schedules.yaml: a job that runs by request only runs as often as it is asked for (S21).
    if (parsed->is_manual()) return set_term(world_->job(name), "overlap allow");
    return {};
  }

  Result<void> let(std::istream& in) {
    const JobName name = TRY(JobName::parse(word(in)));
    return set_term(world_->job(name), rest(in));
  }

  Result<void> takes(std::istream& in) {
    const JobName name = TRY(JobName::parse(word(in)));
    const Millis duration = TRY(parse_duration(word(in)));
    std::vector<int> exit_codes;
    if (word(in) == "exit") {
      for (int code = 0; in >> code;) exit_codes.push_back(code);
    }
    world_->process_takes(name, duration, std::move(exit_codes));
    return {};
  }

  // "day=1,to=x": parameters.
  static Params params_in(const std::string& text) {
    std::vector<Param> list;
    for (const std::string_view pair : split(text, ',')) {
      const auto equals = pair.find('=');
      list.push_back({.name = std::string(pair.substr(0, equals)), .value = std::string(pair.substr(equals + 1))});
    }
    return Params(std::move(list));
  }

  // run JOB [in 10m] [at TIME] [beside] [key TEXT] [priority N] [with NAME=VALUE,...] [queue NAME]
  Result<void> run(std::istream& in) {
    RunRequested request{.id = world_->next_request(), .job = TRY(JobName::parse(word(in))), .requested_by = "uid 0"};
    for (std::string option = word(in); !option.empty(); option = word(in)) {
      if (option == "beside") {
        request.overlap = RunRequested::Overlap::ignore;
      } else if (option == "in") {
        request.delay = TRY(parse_duration(word(in)));
      } else if (option == "at") {
        request.at = TRY(parse_rfc3339(word(in)));
      } else if (option == "key") {
        request.key = word(in);
      } else if (option == "priority") {
        request.priority = std::stoi(word(in));
      } else if (option == "with") {
        request.params = params_in(word(in));
      } else if (option == "queue") {
        request.queue = word(in);
      }
    }
    world_->request(std::move(request));
    return {};
  }

  // pause JOB [for 2h] [because WORDS]
  Result<void> pause(std::istream& in) {
    PauseRequested request{.id = world_->next_request(), .jobs = {TRY(JobName::parse(word(in)))}, .by = "uid 0"};
    for (std::string option = word(in); !option.empty(); option = word(in)) {
      if (option == "until") request.until = TRY(parse_rfc3339(word(in)));
      if (option == "because") request.reason = rest(in);
    }
    world_->request(std::move(request));
    return {};
  }

  Result<void> resume(std::istream& in) {
    ResumeRequested request{.id = world_->next_request(), .jobs = {TRY(JobName::parse(word(in)))}, .by = "uid 0"};
    if (word(in) == "catching") request.catch_up = ResumeRequested::CatchUp::yes;
    world_->request(std::move(request));
    return {};
  }

  Result<void> skip(std::istream& in) {
    SkipRequested request{.id = world_->next_request(), .job = TRY(JobName::parse(word(in)))};
    in >> request.count;
    world_->request(std::move(request));
    return {};
  }

  // backfill JOB FROM TO
  Result<void> backfill(std::istream& in) {
    const JobName name = TRY(JobName::parse(word(in)));
    const WallTime from = TRY(parse_rfc3339(word(in)));
    const WallTime to = TRY(parse_rfc3339(word(in)));
    world_->request(
        BackfillRequested{.id = world_->next_request(), .job = name, .from = from, .to = to, .requested_by = "uid 0"});
    return {};
  }

  static int number_of_run(std::istream& in) {
    int number = 0;
    in >> number;
    return number;
  }

  Result<void> cancel(std::istream& in) {
    const RunId id = world_->run(number_of_run(in)).id;
    world_->request(CancelRequested{.id = world_->next_request(), .run = id, .requested_by = "uid 0"});
    return {};
  }

  Result<void> retry(std::istream& in) {
    const Run& of = world_->run(number_of_run(in));
    world_->request(RetryRequested{.id = world_->next_request(), .of = of, .requested_by = "uid 0"});
    return {};
  }

  // stop leave | stop kill
  Result<void> stop(std::istream& in) {
    world_->request(StopAsked{.what = word(in) == "kill" ? OnStop::kill : OnStop::leave});
    return {};
  }

  Result<void> ends(std::istream& in) {
    const JobName name = TRY(JobName::parse(word(in)));
    int exit_code = 0;
    in >> exit_code;
    world_->end_process(name, exit_code);
    return {};
  }

  Result<void> clock(std::istream& in) {
    const std::string step = word(in);
    const Millis distance = TRY(parse_duration(std::string_view(step).substr(1)));
    world_->step_clock(step.front() == '-' ? -distance : distance);
    return {};
  }

  Result<void> ledger(std::istream& in) {
    constexpr std::array answers{std::pair{std::string_view("ok"), Verdict::ok},
                                 std::pair{std::string_view("failed"), Verdict::failed},
                                 std::pair{std::string_view("unknown"), Verdict::unknown}};
    const std::string wanted = word(in);
    for (const auto& [name, verdict] : answers) {
      if (name != wanted) continue;
      world_->set_ledger(verdict);
      return {};
    }
    return std::unexpected(Error::bad_input("the ledger is ok, failed or unknown, not " + wanted));
  }

  Result<void> crash(std::istream& in) {
    if (rest(in) == "before start") {
      world_->lose_last_start();
    } else {
      world_->crash();
    }
    return {};
  }

  std::optional<World> world_;
};

}  // namespace

Result<std::vector<std::string>> play(std::string_view commands) {
  Player player;
  std::size_t number = 0;
  for (const std::string_view raw : split(commands, '\n')) {
    ++number;
    const std::string_view line = trim(raw.substr(0, raw.find('#')));
    if (line.empty()) continue;
    if (auto played = player.play(line); !played) {
      return std::unexpected(Error::bad_input("line " + std::to_string(number) + ": " + played.error().what));
    }
  }
  return player.trace();
}

}  // namespace belfry::story
