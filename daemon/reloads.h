// Readings of the configuration while the daemon runs: by a save, by a signal, by somebody who asks. A file of 100,000
// jobs takes a second to read and to compare: that happens beside the loop, one reading at a time. Whoever asks while
// one is on gets the next one, which sees what was saved before he asked.
//
// THREADS: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <belfry/event.h>

#include <api/backend.h>
#include <daemon/aside.h>
#include <daemon/configuration.h>

namespace belfry {

class Reloads {
 public:
  using Done = std::function<void(const api::ReloadResult&)>;

  struct Hooks {
    std::function<WallTime()> wall;                               // now
    std::function<void(Event)> note;                              // for the ledger to remember
    std::function<void(std::shared_ptr<const JobSet>)> in_force;  // these jobs are, from now on
    std::function<void()> read;                                   // the files were read, whatever they hold
    std::function<void()> zones_read;                             // and with them files of zones
  };

  // REQUIRES: the configuration outlives this.
  static Result<std::unique_ptr<Reloads>> start(Configuration& configuration, Hooks hooks);

  // S15: the zones' files have changed.
  void renew_zones();

  // Calls `done` when it is decided, or not at all if the daemon stops before that. `who` asks; empty: the file was
  // saved.
  void ask(api::ReloadHow how, std::string who, Done done);

  // What is wrong with a text in the place of the file's, or with the file as it is now; nothing is changed.
  using Checked = std::function<void(const std::vector<config::Problem>&)>;
  void check(std::optional<std::string> text, Checked done);

  int fd() const { return aside_->fd(); }
  void dispatch() { aside_->dispatch(); }

  // Jobs that nobody needs any more: freeing so many takes a while too. REQUIRES: the core has let go of them.
  void drop_old_jobs();

 private:
  struct Request {
    api::ReloadHow how{};
    std::string who;
    Done done;
  };

  Reloads(Configuration& configuration, Hooks hooks, std::unique_ptr<Aside> aside)
      : configuration_(configuration), hooks_(std::move(hooks)), aside_(std::move(aside)) {}
  void begin_next();
  void begin(Configuration::Purpose purpose);
  void finish(Configuration::Purpose purpose, const Configuration::Reading& reading);
  void take(const Configuration::Reading& reading);
  void take_renewed(const Configuration::Reading& reading);
  std::string who_asked() const;
  static api::ReloadResult answer_of(const Configuration::Reading& reading);

  Configuration& configuration_;
  Hooks hooks_;
  std::vector<Request> waiting_;
  std::vector<Request> served_;  // by the reading that is on
  bool is_on_ = false;
  bool is_renewal_owed_ = false;
  std::shared_ptr<const JobSet> old_jobs_;
  std::unique_ptr<Aside> aside_;
};

}  // namespace belfry
