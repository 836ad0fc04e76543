// belfry-minder RUN_DIRECTORY [DESCRIPTOR]: stays beside one attempt of a job and outlives the daemon
// (jobs/minder/minder.h). Behind the descriptor are the job's secrets (jobs/run_directory.h).
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/minder.h>

int main(int argc, char** argv) {
  static constexpr char usage[] = "belfry-minder is started by belfry, beside each run, and not by hand\n";
  if (argc != 2 && argc != 3) {
    (void)!write(2, usage, sizeof usage - 1);
    return 2;
  }
  if (chdir(argv[1]) != 0) return errno;
  const char* slash = strrchr(argv[1], '/');
  belfry::minder::Minder minder(slash == nullptr ? argv[1] : slash + 1);
  return minder.run(argc == 3 ? static_cast<int>(belfry::minder::parse_number(argv[2])) : -1);
}
