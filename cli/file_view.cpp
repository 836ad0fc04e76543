#include <belfry/scheduler.h>

#include <api/backend.h>
#include <api/routes.h>
#include <base/try.h>
#include <base/verify.h>
#include <base/zones.h>
#include <cli/document.h>
#include <cli/file_view.h>
#include <config/load.h>
#include <daemon/clock.h>
#include <store/memory_store.h>

namespace belfry::cli {

namespace {

class FileBackend final : public api::Backend {
 public:
  FileBackend(std::string path, std::shared_ptr<const JobSet> jobs)
      : path_(std::move(path)), now_(SystemClock().read()) {
    core_.submit(JobsLoaded{std::move(jobs)});
    Actions ignored;  // nothing is carried out: the core only has to know the jobs
    core_.advance(now_, ignored);
  }

  Now now() override { return now_; }
  const View& view() override { return core_.view(); }
  std::shared_ptr<const JobSet> jobs_of_view() override { return nullptr; }
  History& history() override { return history_; }
  void audit(std::function<void(const Result<api::AuditFacts>&)> done) override { done(api::AuditFacts{}); }
  void read_history(Question question, std::function<void()>) override { question(history_)(); }
  void place(api::Order, std::function<void(const Answer&)>) override { VERIFY(!"a file starts nothing"); }
  Result<OutputPart> read_log(const Run&, const OutputQuery&) override {
    return std::unexpected(Error::not_found("a file has no output"));
  }
  void tell_progress(const AttemptId&, Progress) override { VERIFY(!"a file has no runs"); }
  void reload(api::ReloadHow, std::string, ReloadDone done) override {
    done(std::unexpected(api::FileRefused{.what = "a file is not reloaded", .problems = {}}));
  }
  api::ConfigFacts config() override { return {.path = path_}; }
  void validate(std::optional<std::string>, ValidateDone done) override { done({}); }
  api::StatusFacts status() override {
    return {.uptime = Millis{0}, .config_path = path_, .config_trouble = "", .state_dir = ""};
  }

 private:
  std::string path_;
  Now now_;
  Scheduler core_{{}, {}};
  MemoryStore history_{0};  // empty
};

}  // namespace

Result<std::string> view_of_file(const std::string& path, const std::string& target) {
  ZoneCache zones;
  const auto loaded = config::load_config(path, zones);
  if (!loaded) return std::unexpected(Error::bad_input(config::render(loaded.error())));
  FileBackend backend(path, loaded->set);
  api::Routes routes(backend, api::Roles(0, {}));
  api::Response response;
  routes.handle({.method = "GET", .target = target, .headers = {}, .body = {}, .peer = {}},
                [&](api::Response given) { response = std::move(given); });
  if (response.status != 200) return std::unexpected(Error::failed(decode_problem(response.body)));
  return std::move(response.body);
}

}  // namespace belfry::cli
