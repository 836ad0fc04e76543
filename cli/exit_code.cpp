#include <utility>

#include <base/verify.h>
#include <cli/exit_code.h>

namespace belfry::cli {

namespace {

int exit_code_of(const ProcessEnd& end) {
  return end.how == ProcessEnd::How::exited ? end.code : exit_signal_base + end.code;
}

}  // namespace

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed:
      return exit_failed;
    case ErrorKind::bad_input:
      return exit_bad_input;
    case ErrorKind::not_found:
      return exit_not_found;
    case ErrorKind::unreachable:
      return exit_unreachable;
    case ErrorKind::refused:
      return exit_refused;
    case ErrorKind::not_allowed:
      return exit_not_allowed;
    case ErrorKind::busy:
      return exit_busy;
  }
  std::unreachable();
}

int exit_code_of(const Run& run) {
  VERIFY(run.outcome.has_value());
  switch (*run.outcome) {
    case RunOutcome::succeeded:
      return exit_ok;
    case RunOutcome::start_failed:
      return exit_start_failed;
    case RunOutcome::lost:
      return exit_lost;
    case RunOutcome::timed_out:
      return exit_timed_out;
    case RunOutcome::skipped:
      return exit_refused;
    case RunOutcome::failed:
    case RunOutcome::cancelled:
      break;
  }
  // A cancelled job may catch its signal and exit 0: that is no success all the same.
  const int code = run.end ? exit_code_of(*run.end) : exit_failed;
  return code != 0 ? code : exit_failed;
}

}  // namespace belfry::cli
