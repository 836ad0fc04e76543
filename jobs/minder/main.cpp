// belfry-minder RUN_DIRECTORY [--foreground | --line DESCRIPTOR | --secrets DESCRIPTOR]...: stays beside one attempt of
// a job and outlives the daemon (jobs/minder/minder.h); then beside another, if the daemon sends it there over the line
// (jobs/line.h). Behind the other descriptor are the job's secrets (jobs/run_directory.h).
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/minder.h>

namespace belfry::minder {
namespace {

struct Arguments {
  char* directory = nullptr;
  Place place = Place::beside_daemon;
  int line = -1;
  int secrets = -1;
};

bool parse(char** argv, Arguments& arguments) {
  if (*argv != nullptr) arguments.directory = *++argv;
  while (arguments.directory != nullptr && *++argv != nullptr) {
    const char* const option = *argv;
    if (strcmp(option, "--foreground") == 0) {
      arguments.place = Place::foreground;
      continue;
    }
    if (*++argv == nullptr) return false;
    const int fd = static_cast<int>(parse_number(*argv));
    if (strcmp(option, "--line") == 0) {
      arguments.line = fd;
    } else if (strcmp(option, "--secrets") == 0) {
      arguments.secrets = fd;
    } else {
      return false;
    }
  }
  return arguments.directory != nullptr;
}

char* last_part(char* path) {
  char* const slash = strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

int serve(const Arguments& arguments) {
  if (chdir(arguments.directory) != 0) return errno;
  char* const first_name = last_part(arguments.directory);
  Post post(arguments.place, arguments.line, first_name);
  int error = 0;
  const char* name = first_name;
  while (name != nullptr) {
    Minder minder(name, post);
    error = minder.run(arguments.secrets);
    name = minder.has_left_nothing() ? post.next_run(error) : nullptr;
  }
  return error;
}

}  // namespace
}  // namespace belfry::minder

int main(int, char** argv) {
  static constexpr char usage[] = "belfry-minder is started by belfry, beside each run, and not by hand\n";
  belfry::minder::Arguments arguments;
  if (!belfry::minder::parse(argv, arguments)) {
    (void)!write(2, usage, sizeof usage - 1);
    return 2;
  }
  return belfry::minder::serve(arguments);
}
