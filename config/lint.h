// What is allowed and still may not be what somebody meant: warnings, each with a name by which the file can switch it
// off (`ignore_warnings:`). For `belfry validate`; the daemon does not ask for them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/job.h>

#include <config/param_entry.h>
#include <config/schedule_entry.h>

namespace belfry::config {

class Linter {
 public:
  // How long the newest run of a job took, where somebody knows.
  using LastDuration = std::function<std::optional<Millis>(const std::string& job)>;

  // As of `now`: a schedule that is over is over as of some instant.
  explicit Linter(WallTime now, LastDuration last_duration = {})
      : now_(now), last_duration_(std::move(last_duration)) {}

  // Warnings of this name are left out. A name that is none is an error.
  void ignore(Reader& reader, const MarkedText& name);

  // REQUIRES: the job was read without an error, from this entry.
  void job(Reader& reader, Node key, const ScheduleList& schedule, const Job& job);

  // Whether a job that names the secret could start here and now.
  void secret(Reader& reader, const SecretEntry& secret);

  // What is to be said about several jobs together.
  void finish(Reader& reader, std::span<const QueueDefinition> queues);

 private:
  void warn(Reader& reader, Node at, std::string_view name, std::string what, std::string hint);
  void check_schedule(Reader& reader, const ScheduleEntry& entry, const Job& job);
  void check_pace(Reader& reader, Node key, const Job& job);
  void check_accounts(Reader& reader, Node key, const ProcessSettings& process);
  void check_policies(Reader& reader, Node key, const Policies& policies);
  void check_action(Reader& reader, Node key, const Action& action);
  void check_script(Reader& reader, Node key, const Script& script);
  void check_command(Reader& reader, Node key, const Command& command);
  void check_program(Reader& reader, Node key, const std::string& program);

  struct Due {
    Node key;
    std::string queue;
    WallTime at;
  };

  WallTime now_;
  LastDuration last_duration_;
  std::set<std::string, std::less<>> ignored_;
  std::vector<Due> due_;  // the next slot of each job that has one
};

}  // namespace belfry::config
