#include <cli/app.h>

int main(int argc, char** argv) { return belfry::cli::run_program(argc, argv); }
