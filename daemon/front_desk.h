// The front desk: what the API may read and ask of the running daemon.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <belfry/clock.h>

#include <api/backend.h>
#include <base/zones.h>
#include <daemon/configuration.h>
#include <daemon/reader.h>
#include <daemon/reloads.h>

namespace belfry {

class FrontDesk final : public api::Backend {
 public:
  struct Rooms {
    Clock& clock;
    const View& view;
    History& history;
    Reader& reader;
    const Configuration& configuration;
    const ZoneCache& zones;
    const api::ProcessFacts& process;
    const std::vector<api::Warning>& warnings;
    std::function<void(api::ReloadHow, std::string who, ReloadDone)> reload;
    std::function<void(std::optional<std::string> text, Reloads::Checked)> check;
    std::function<std::size_t()> stuck_calls;
    std::string state_path;
    std::string runs_path;
  };

  FrontDesk(Rooms rooms, std::function<void(Input)> submit);

  Now now() override { return rooms_.clock.read(); }
  const View& view() override { return rooms_.view; }
  std::shared_ptr<const JobSet> jobs_of_view() override;
  History& history() override { return rooms_.history; }
  void read_history(Question question, std::function<void()> no_memory) override {
    rooms_.reader.ask(std::move(question), std::move(no_memory));
  }
  void audit(std::function<void(const Result<api::AuditFacts>&)> done) override;
  void place(api::Order order, std::function<void(const Answer&)> done) override;
  Result<OutputPart> read_log(const Run& run, const OutputQuery& query) override;
  void tell_progress(const AttemptId& id, Progress progress) override;
  api::StatusFacts status() override;
  void reload(api::ReloadHow how, std::string who, ReloadDone done) override {
    rooms_.reload(how, std::move(who), std::move(done));
  }

  api::ConfigFacts config() override;
  void validate(std::optional<std::string> text, ValidateDone done) override;

  // The core's answer to a request, on its way to whoever asked.
  void deliver(const Answer& answer);

 private:
  Rooms rooms_;
  std::function<void(Input)> submit_;
  BootTime opened_;
  std::uint64_t last_request_ = 0;
  std::map<RequestId, std::function<void(const Answer&)>> waiting_;
};

}  // namespace belfry
