#include <tests/sim/reached.h>

namespace belfry::sim {

// Beyond these, Reached::nothing() names what the rules of the core itself make worth seeing.
std::span<const RareState> rare_states() {
  static constexpr RareState states[] = {
      {"the daemon dies between the commit of a start and the process", "crash before a start"},
      {"the daemon dies within its recovery", "crash in recovery"},
      {"nobody knows what became of a commit, and it is there", "commit unknown, and found to be there"},
      {"nobody knows what became of a commit, and it is not there", "commit unknown, and found not to be there"},
      {"a daemon that begins finds a run that has ended", "ended while no daemon lived"},
      {"a daemon that begins finds a run that goes on", "adopted while running"},
      {"the daemon begins in an hour that comes twice", "started in a repeated hour"},
      {"slots are made up for across an hour that does not exist", "caught up over a gap in local time"},
      {"the clock is set back by more than a day", "clock set back by more than a day"},
      {"the disk is full, and then it is not", "disk full, and then it accepts"},
      {"the file is read while a run waits for its next attempt", "reload while a retry waits"},
      {"a queue is full", "queue full"},
      {"a hundred jobs are due in one second", "a hundred due at once"},
  };
  return states;
}

Reached Reached::nothing() {
  Reached reached;
  for (const char* state : {"a hundred due at once",
                            "a key used again",
                            "a wrong clock was put right",
                            "adopted while running",
                            "after another job",
                            "answer lost, commit dropped",
                            "answer lost, commit kept",
                            "backfills",
                            "cancelled while a retry waits",
                            "cancelled while its start is held back",
                            "caught up",
                            "caught up one by one",
                            "caught up over a gap in local time",
                            "clock set back",
                            "clock set back by more than a day",
                            "clock to and fro",
                            "coalesced",
                            "commit unknown, and found not to be there",
                            "commit unknown, and found to be there",
                            "crash after a commit",
                            "crash before a commit",
                            "crash before a start",
                            "crash before a stop",
                            "crash before an answer",
                            "crash in recovery",
                            "crash with a start held back",
                            "deadline before its start",
                            "deadline while waiting",
                            "decided ahead",
                            "disk full",
                            "disk full, and then it accepts",
                            "ended by itself although told to stop",
                            "ended while no daemon lived",
                            "ends in the instant of its limit",
                            "held back, and then the machine slept",
                            "held back: clock_step",
                            "held back: reboot",
                            "held back: reload",
                            "held back: request",
                            "held back: suspend",
                            "let go in its instant",
                            "lost",
                            "missed",
                            "queue full",
                            "reboots",
                            "rebuilt from the ledger",
                            "relaunched",
                            "reload while a retry waits",
                            "reload while stopping",
                            "reloads",
                            "renamed",
                            "retries",
                            "skipped for overlap",
                            "skipped in a pause",
                            "started in a repeated hour",
                            "superseded",
                            "suspended",
                            "told to stop"}) {
    reached.count(state, 0);
  }
  return reached;
}

}  // namespace belfry::sim
