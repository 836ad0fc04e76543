// `-p date=2026-11-19`: what a run is told, and what to write where the daemon does not take it.
#pragma once

#include <string>
#include <vector>

#include <belfry/error.h>
#include <belfry/params.h>

#include <base/param_values.h>
#include <cli/http_response.h>

namespace CLI {
class App;
}

namespace belfry::cli {

void add_param_option(CLI::App& command, std::vector<std::string>& texts);

// REQUIRES: the texts passed the option's check.
std::vector<Param> params_of(const std::vector<std::string>& texts);

// Prints why the parameters were refused, and the command line that would do, as `begin` and the options that lack. The
// exit code is that of a usage error.
int refuse_params(const HttpResponse& refusal, const std::string& begin);
int refuse_params(const std::vector<ParamProblem>& problems, const std::string& begin);

}  // namespace belfry::cli
