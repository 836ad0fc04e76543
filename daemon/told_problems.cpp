#include <daemon/told_problems.h>

namespace belfry {

std::vector<api::FileProblem> told_of(const std::vector<config::Problem>& problems) {
  std::vector<api::FileProblem> told;
  for (const config::Problem& problem : problems) {
    told.push_back({.file = problem.file,
                    .line = problem.line,
                    .column = problem.column,
                    .is_error = problem.severity == config::Severity::error,
                    .name = problem.name,
                    .what = problem.what,
                    .hint = problem.hint});
  }
  return told;
}

}  // namespace belfry
