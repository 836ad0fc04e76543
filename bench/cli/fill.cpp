// Makes the ledger for bench/cli/run: so many runs of a thousand jobs.
//
//   bench_cli_fill LEDGER RUNS      prints the names of a usual, the weekly and the busy job, and an instant two days
//                                   before the end

#include <cstdio>
#include <cstdlib>

#include <bench/store/filled_ledger.h>

#include <base/text.h>

int main(int argc, char** argv) {
  using namespace belfry;
  const auto runs = argc == 3 ? parse_unsigned(argv[2]) : std::nullopt;
  if (!runs) {
    std::fputs("bench_cli_fill LEDGER RUNS\n", stderr);
    return 2;
  }
  const bench::FilledLedger ledger(argv[1], *runs);
  std::printf("%s %s %s %s\n", ledger.usual_job().text().c_str(), ledger.weekly_job().text().c_str(),
              ledger.busy_job().text().c_str(), format_utc(ledger.end() - std::chrono::hours{48}).c_str());
}
