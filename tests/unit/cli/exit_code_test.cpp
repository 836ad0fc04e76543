#include <doctest/doctest.h>

#include <cli/exit_code.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::cli;
using namespace belfry::tests;

TEST_CASE("cli/exit_code: each kind of error has the code that the manual lists") {
  CHECK(exit_code_of(ErrorKind::failed) == 1);
  CHECK(exit_code_of(ErrorKind::not_found) == 3);
  CHECK(exit_code_of(ErrorKind::unreachable) == 4);
  CHECK(exit_code_of(ErrorKind::refused) == 5);
  CHECK(exit_code_of(ErrorKind::not_allowed) == 6);
  CHECK(exit_code_of(ErrorKind::busy) == 75);
  CHECK(exit_code_of(ErrorKind::bad_input) == 78);
}

TEST_CASE("cli/exit_code: a run that was waited for gives the job's own code") {
  using How = ProcessEnd::How;
  struct Row {
    RunOutcome outcome;
    std::optional<ProcessEnd> end;
    int code;
  };
  for (const Row& row : {
           Row{RunOutcome::succeeded, ProcessEnd{How::exited, 0}, 0},
           Row{RunOutcome::failed, ProcessEnd{How::exited, 1}, 1},
           Row{RunOutcome::failed, ProcessEnd{How::exited, 255}, 255},
           Row{RunOutcome::failed, ProcessEnd{How::signalled, 9}, 137},
           Row{RunOutcome::lost, std::nullopt, 125},
           Row{RunOutcome::start_failed, std::nullopt, 126},
           Row{RunOutcome::cancelled, ProcessEnd{How::signalled, 15}, 143},
           Row{RunOutcome::cancelled, ProcessEnd{How::exited, 0}, 1},  // it caught the signal: still no success
           Row{RunOutcome::cancelled, std::nullopt, 1},
       }) {
    Run run = make_run("backup", 1);
    run.outcome = row.outcome;
    run.end = row.end;
    CHECK(exit_code_of(run) == row.code);
  }
}
