#include <cstdio>

#include <CLI/CLI.hpp>
#include <base/utf8.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/param_option.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

std::string check_param(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) return "write  -p NAME=VALUE, not " + text;
  return is_utf8(text) ? "" : "parameter " + text.substr(0, equals) + " is not UTF-8";
}

int refuse(const std::string& why, const std::vector<std::string>& hints, const std::string& begin) {
  std::fflush(stdout);
  std::fprintf(stderr, "belfry: %s\n", printable(why).c_str());
  std::string options;
  for (const std::string& hint : hints) options += " -p " + hint;
  const std::string line = options.empty() ? "belfry show " + begin.substr(begin.rfind(' ') + 1) : begin + options;
  std::fprintf(stderr, "Try: %s\n", line.c_str());
  return exit_usage;
}

}  // namespace

void add_param_option(CLI::App& command, std::vector<std::string>& texts) {
  command.add_option("-p,--param", texts, "What the run is told; may be given several times")
      ->type_size(1)
      ->allow_extra_args(false)
      ->check(check_param)
      ->type_name("NAME=VALUE");
}

std::vector<Param> params_of(const std::vector<std::string>& texts) {
  std::vector<Param> params;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    params.push_back({.name = text.substr(0, equals), .value = text.substr(equals + 1)});
  }
  return params;
}

int refuse_params(const HttpResponse& refusal, const std::string& begin) {
  return refuse(error_in(refusal).what, decode_hints(refusal.body), begin);
}

int refuse_params(const std::vector<ParamProblem>& problems, const std::string& begin) {
  std::string why;
  std::vector<std::string> hints;
  for (const ParamProblem& problem : problems) {
    why += (why.empty() ? "" : "; ") + problem.what;
    if (!problem.write.empty()) hints.push_back(problem.write);
  }
  return refuse(why, hints, begin);
}

}  // namespace belfry::cli
