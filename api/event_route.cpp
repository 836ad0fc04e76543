#include <api/event_route.h>
#include <api/event_stream.h>
#include <api/json.h>
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
  Title operator()(const RunWaitingNotice&) const { return {Topic::runs, "run.waiting"}; }
  Title operator()(const RunClosedNotice&) const { return {Topic::runs, "run.finished"}; }
  Title operator()(const SlotsDecidedNotice&) const { return {Topic::jobs, "slot.decided"}; }
  Title operator()(const JobPausedNotice&) const { return {Topic::jobs, "job.changed"}; }
  Title operator()(const JobResumedNotice&) const { return {Topic::jobs, "job.changed"}; }
  Title operator()(const JobTroubleNotice&) const { return {Topic::jobs, "job.changed"}; }
  Title operator()(const ClockNotice&) const { return {Topic::always, "status"}; }
  Title operator()(const LedgerNotice&) const { return {Topic::always, "status"}; }
};

Result<Topics> topics_in(const Query& query) {
  const auto words = query.text("topics");
  if (!words) return Topics{};
  Topics topics{.jobs = false, .runs = false};
  for (const std::string_view word : split(*words, ',')) {
    if (word != "jobs" && word != "runs") {
      return std::unexpected(Error::bad_input("parameter 'topics': it is a list of jobs and runs"));
    }
    (word == "jobs" ? topics.jobs : topics.runs) = true;
  }
  return topics;
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
  const Topics topics = TRY(topics_in(call.query));
  const auto last_seen = TRY(last_seen_in(call.request));
  Response response{.content_type = "text/event-stream"};
  response.headers = {{"Cache-Control", "no-store"}};
  response.stream =
      std::make_shared<EventStream>(call.events, EventStream::Options{.topics = topics, .last_seen = last_seen},
                                    [&backend = call.backend] { return backend.now().boot; });
  call.reply(std::move(response));
  return {};
}

void publish(EventRing& ring, const Notice& notice) {
  const Title title = std::visit(TitleOf{}, notice);
  ring.publish(title.topic, title.name, notice_json(notice));
}

}  // namespace belfry::api
