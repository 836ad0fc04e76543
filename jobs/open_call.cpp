#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>

#include <jobs/job_files.h>
#include <jobs/open_call.h>

namespace belfry {
namespace {

std::chrono::microseconds microseconds(const timeval& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

rusage used_by_this_thread() {
  rusage used{};
  ::getrusage(RUSAGE_THREAD, &used);
  return used;
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

}  // namespace

CallEnd OpenCall::execute(WallTime started) {
  const rusage before = used_by_this_thread();
  const Result<void> returned = call_guarded();
  const rusage after = used_by_this_thread();
  CallEnd end{.started = started};
  end.finished = std::max(started, around_->now());
  end.reason = why_stopped();
  if (!returned) {
    end.exit_code = failure_ ? failure_->exit_code : 1;
    end.detail = facts_.secrets.hidden_in(first_line(returned.error().what));
    write_line(OutputStream::err, returned.error().what);
  }
  end.usage.cpu_user = microseconds(after.ru_utime) - microseconds(before.ru_utime);
  end.usage.cpu_system = microseconds(after.ru_stime) - microseconds(before.ru_stime);
  output_->note(end.usage);
  if (const int error = output_->write_error(); error != 0) {
    end.detail += (end.detail.empty() ? "" : "; ") + std::string("its last ") +
                  std::to_string(end.usage.output_dropped_bytes) +
                  " bytes of output could not be kept: " + std::strerror(error);
  }
  return end;
}

// What a callable throws is the end of its run, and nothing more.
Result<void> OpenCall::call_guarded() {
  try {
    return facts_.callable->call(*this);
  } catch (const std::exception& thrown) {
    return std::unexpected(Error::failed(thrown.what()));
  } catch (...) {
    return std::unexpected(Error::failed("it threw what is no std::exception"));
  }
}

void OpenCall::write_line(OutputStream stream, std::string_view line) {
  output_->write(stream, facts_.secrets.hidden_in(line) + "\n", around_->now());
}

void OpenCall::log(std::string_view line) { write_line(OutputStream::out, line); }
void OpenCall::log_error(std::string_view line) { write_line(OutputStream::err, line); }

void OpenCall::write(std::string_view bytes) {
  if (!bytes.empty()) output_->write(OutputStream::out, facts_.secrets.hidden_in(bytes), around_->now());
}

void OpenCall::progress(double fraction, std::string_view message) {
  const double part = std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) : 0.0;
  Progress said{.percent = static_cast<int>(std::lround(part * 100)),
                .message = clean_progress_message(facts_.secrets.hidden_in(message))};
  said.at = around_->now();
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    said_ = std::move(said);
    is_news = !std::exchange(is_announced_, true);
  }
  if (is_news) around_->has_progress(facts_.id);
}

Result<void> OpenCall::set_result(std::string_view bytes) {
  const std::string shown = facts_.secrets.hidden_in(bytes);
  if (bytes.size() > result_bytes_max) {
    return std::unexpected(Error::bad_input("a result of " + std::to_string(bytes.size()) + " bytes: it may have " +
                                            std::to_string(result_bytes_max)));
  }
  {
    const std::lock_guard lock(mutex_);
    result_ = shown;
  }
  return output_->write_result(shown);
}

void OpenCall::ask_to_return(Reason reason) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ == Reason::none) stopped_ = reason;
  }
  stop_.request_stop();
}

Reason OpenCall::why_stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::optional<Progress> OpenCall::take_progress() {
  const std::lock_guard lock(mutex_);
  is_announced_ = false;
  return std::exchange(said_, std::nullopt);
}

std::string OpenCall::result() const {
  const std::lock_guard lock(mutex_);
  return result_;
}

}  // namespace belfry
