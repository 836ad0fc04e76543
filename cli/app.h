// The program: arguments in, exit code out.
#pragma once

namespace belfry::cli {

int run_program(int argc, const char* const* argv);

}  // namespace belfry::cli
