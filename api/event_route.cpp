#include <api/event_route.h>
#include <api/event_stream.h>
#include <api/json.h>
#include <api/run_routes.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

struct Title {
  Topic topic;
  const char* name;
};

struct TitleOf {
  Title operator()(const RunQueuedNotice&) const { return {Topic::runs, "run.queued"}; }
  Title operator()(const RunStartedNotice&) const { return {Topic::runs, "run.started"}; }
  Title operator()(const RunProgressNotice&) const { return {Topic::runs, "run.progress"}; }
  Title operator()(const RunWaitingNotice&) const { return {Topic::runs, "run.waiting"}; }
  Title operator()(const RunClosedNotice&) const { return {Topic::runs, "run.finished"}; }
  Title operator()(const SlotsDecidedNotice&) const { return {Topic::jobs, "slot.decided"}; }
  Title operator()(const JobPausedNotice&) const { return {Topic::jobs, "job.changed"}; }
  Title operator()(const JobResumedNotice&) const { return {Topic::jobs, "job.changed"}; }
  Title operator()(const JobTroubleNotice&) const { return {Topic::jobs, "job.changed"}; }
  Title operator()(const ClockNotice&) const { return {Topic::always, "status"}; }
  Title operator()(const LedgerNotice&) const { return {Topic::always, "status"}; }
};

constexpr std::string_view log_prefix = "log:";
constexpr std::size_t logs_max = 16;

struct Wanted {
  Topics topics;
  std::vector<Run> logs;
};

Result<Wanted> topics_in(const Query& query, Backend& backend) {
  const auto words = query.text("topics");
  if (!words) return Wanted{};
  Wanted wanted{.topics = {.jobs = false, .runs = false}, .logs = {}};
  for (const std::string_view word : split(*words, ',')) {
    if (word.starts_with(log_prefix)) {
      wanted.logs.push_back(TRY(find_run(backend, word.substr(log_prefix.size()))));
    } else if (word == "jobs" || word == "runs") {
      (word == "jobs" ? wanted.topics.jobs : wanted.topics.runs) = true;
    } else {
      return std::unexpected(Error::bad_input("parameter 'topics': it is a list of jobs, runs and log:RUN"));
    }
  }
  if (wanted.logs.size() <= logs_max) return wanted;
  return std::unexpected(
      Error::bad_input("parameter 'topics': at most " + std::to_string(logs_max) + " logs are followed at once"));
}

Result<std::optional<std::uint64_t>> last_seen_in(const Request& request) {
  const auto header = header_of(request, "Last-Event-ID");
  if (!header) return std::nullopt;
  const auto id = parse_unsigned(*header);
  if (!id) return std::unexpected(Error::bad_input("Last-Event-ID: it is the number of an event"));
  return *id;
}

}  // namespace

Result<void> get_events(const Call& call) {
  Wanted wanted = TRY(topics_in(call.query, call.backend));
  const auto last_seen = TRY(last_seen_in(call.request));
  Response response{.content_type = "text/event-stream"};
  response.headers = {{"Cache-Control", "no-store"}};
  auto stream =
      std::make_shared<EventStream>(call.events, EventStream::Options{.topics = wanted.topics, .last_seen = last_seen},
                                    [&backend = call.backend] { return backend.now().boot; });
  for (Run& run : wanted.logs) stream->follow(LogTopic(call.backend, std::move(run)));
  response.stream = std::move(stream);
  call.reply(std::move(response));
  return {};
}

void publish(EventRing& ring, const Notice& notice) {
  const Title title = std::visit(TitleOf{}, notice);
  ring.publish(title.topic, title.name, EventData([notice] { return notice_json(notice); }));
}

}  // namespace belfry::api
