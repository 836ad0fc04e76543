#include <cstdio>
#include <exception>

#include <cli/app.h>
#include <cli/exit_code.h>

int main(int argc, char** argv) {
  try {
    return belfry::cli::run_program(argc, argv);
  } catch (const std::exception& error) {  // out of memory, mostly
    std::fprintf(stderr, "belfry: %s\n", error.what());
    return belfry::cli::exit_failed;
  }
}
