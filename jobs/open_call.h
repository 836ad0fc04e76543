// One call, from its start order until nobody is interested in it any more: what its callable sees of it, and what the
// launcher does. Shared by the two, because a callable that ignores its stop token may outlive the launcher.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include <belfry/callable.h>
#include <belfry/clock.h>
#include <belfry/launcher.h>

#include <jobs/call_journal.h>
#include <jobs/call_output.h>
#include <jobs/secret_words.h>

namespace belfry {

class OpenCall final : public CallContext {
 public:
  struct Facts {
    AttemptId id;
    Run run;
    Arguments with;
    SecretWords secrets;                       // those in `with`: nothing that it says shows them (S38)
    std::shared_ptr<const Callable> callable;  // it may outlive the registry
  };
  // THREADS: any.
  class Surroundings {
   public:
    virtual ~Surroundings() = default;
    virtual WallTime now() = 0;
    virtual void has_progress(const AttemptId& id) = 0;
  };

  OpenCall(Facts facts, std::unique_ptr<CallOutput> output, std::shared_ptr<Surroundings> around)
      : facts_(std::move(facts)), output_(std::move(output)), around_(std::move(around)) {}

  // ---- On the thread that runs the callable

  // Calls it. GUARANTEES: whatever it throws is an end with its words.
  CallEnd execute(WallTime started);

  const Run& run() const override { return facts_.run; }
  const Arguments& with() const override { return facts_.with; }
  std::stop_token stop() const override { return stop_.get_token(); }
  void log(std::string_view line) override;
  void log_error(std::string_view line) override;
  void write(std::string_view bytes) override;
  void progress(double fraction, std::string_view message) override;
  Result<void> set_result(std::string_view bytes) override;
  std::optional<std::string> checkpoint() const override { return output_->read_checkpoint(); }
  Result<void> keep_checkpoint(std::string_view bytes) override { return output_->write_checkpoint(bytes); }
  void fail_with(CallFailure failure) override { failure_ = failure; }

  // ---- THREADS: any

  const AttemptId& id() const { return facts_.id; }
  const Callable& callable() const { return *facts_.callable; }

  void ask_to_return(Reason reason);
  Reason why_stopped() const;

  // What it has said since the last time; the next word of it calls has_progress() again.
  std::optional<Progress> take_progress();
  std::string result() const;

 private:
  void write_line(OutputStream stream, std::string_view line);
  Result<void> call_guarded();

  const Facts facts_;
  const std::unique_ptr<CallOutput> output_;
  const std::shared_ptr<Surroundings> around_;
  std::stop_source stop_;
  std::optional<CallFailure> failure_;

  mutable std::mutex mutex_;
  Reason stopped_ = Reason::none;
  std::optional<Progress> said_;
  bool is_announced_ = false;
  std::string result_;
};

}  // namespace belfry
