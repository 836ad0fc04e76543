#include <tests/sim/reached.h>

namespace belfry::sim {

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
                            "caught up",
                            "caught up one by one",
                            "caught up over a gap in local time",
                            "clock set back",
                            "clock set back by more than a day",
                            "clock to and fro",
                            "coalesced",
                            "crash after a commit",
                            "crash before a commit",
                            "crash before a start",
                            "crash before a stop",
                            "crash before an answer",
                            "crash in recovery",
                            "deadline before its start",
                            "deadline while waiting",
                            "disk full",
                            "ended by itself although told to stop",
                            "ended while no daemon lived",
                            "ends in the instant of its limit",
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
