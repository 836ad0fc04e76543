// belfry-minder RUN_DIRECTORY [--foreground] [DESCRIPTOR]: stays beside one attempt of a job and outlives the daemon
// (jobs/minder/minder.h). Behind the descriptor are the job's secrets (jobs/run_directory.h).
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/minder.h>

int main(int argc, char** argv) {
  static constexpr char usage[] = "belfry-minder is started by belfry, beside each run, and not by hand\n";
  const bool is_foreground = argc > 2 && strcmp(argv[2], "--foreground") == 0;
  const int rest = is_foreground ? 3 : 2;
  if (argc < rest || argc > rest + 1) {
    (void)!write(2, usage, sizeof usage - 1);
    return 2;
  }
  if (chdir(argv[1]) != 0) return errno;
  const char* slash = strrchr(argv[1], '/');
  using namespace belfry::minder;
  Minder minder(slash == nullptr ? argv[1] : slash + 1, is_foreground ? Place::foreground : Place::beside_daemon);
  return minder.run(argc > rest ? static_cast<int>(parse_number(argv[rest])) : -1);
}
