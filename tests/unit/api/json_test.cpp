#include <doctest/doctest.h>

#include <api/json.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;
using namespace std::chrono_literals;

TEST_CASE("api/json: an open run has a state and no outcome") {
  Run run = make_run("backup", 1);
  run.slot = Slot{.at = run.due};
  run.state = RunState::running;
  run.started = run.due + 1500ms;
  CHECK(run_json(run) ==
        "{\"id\":\"" + run.id.text() +
            "\",\"job\":\"backup\",\"slot\":\"2026-11-20T08:00:00Z\",\"scheduled_time\":null,"
            "\"trigger\":\"schedule\",\"params\":{},\"cause\":null,\"attempt\":1,\"state\":\"running\",\"outcome\":"
            "null,\"reason\":"
            "null,\"detail\":null,"
            "\"stop\":null,\"stop_by\":null,\"exit_code\":null,\"signal\":null,\"due\":\"2026-11-20T08:00:00Z\","
            "\"not_before\":null,\"started\":\"2026-11-20T08:00:01.500Z\",\"finished\":null,\"late_ms\":1500,"
            "\"duration_ms\":null,\"cpu_ms\":0,\"memory_peak_bytes\":0,\"output_bytes\":0,\"containment\":null,"
            "\"progress\":null,\"result\":null,"
            "\"stands_for\":1,\"queue\":null,\"priority\":0,\"requested_by\":null,\"revision\":\"r1\"}\n");
}

TEST_CASE("api/json: S31 a closed run has an outcome and no state, and tells how it ended") {
  Run run = make_run("backup", 1);
  run.trigger = RunTrigger::manual;
  run.requested_by = "uid 1000";
  run.started = run.due;
  run.finished = run.due + 2s;
  run.outcome = RunOutcome::failed;
  run.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 9};
  run.usage = {.cpu_user = 1500us,
               .cpu_system = 700us,
               .memory_peak_bytes = 4096,
               .output_bytes = 12,
               .containment = Containment::cgroup};
  const std::string killed = run_json(run);
  for (const char* part :
       {"\"slot\":null", "\"trigger\":\"manual\"", "\"state\":null", "\"outcome\":\"failed\"",
        "\"exit_code\":null,\"signal\":9", "\"duration_ms\":2000", "\"cpu_ms\":2", "\"memory_peak_bytes\":4096",
        "\"output_bytes\":12", "\"containment\":\"cgroup\"", "\"requested_by\":\"uid 1000\""}) {
    CAPTURE(part);
    CHECK(killed.find(part) != std::string::npos);
  }
  run.end = ProcessEnd{.how = ProcessEnd::How::exited, .code = 3};
  CHECK(run_json(run).find("\"exit_code\":3,\"signal\":null") != std::string::npos);
  run.outcome = RunOutcome::lost;
  run.reason = Reason::reboot;
  CHECK(run_json(run).find("\"outcome\":\"lost\",\"reason\":\"reboot\"") != std::string::npos);
}

TEST_CASE("api/json: a finish before the start, seen through a clock step, is no negative duration (S16)") {
  Run run = make_run("backup", 1);
  run.started = run.due;
  run.finished = run.due - 5s;
  CHECK(run_json(run).find("\"duration_ms\":0") != std::string::npos);
}
