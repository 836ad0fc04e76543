#include <api/told_params.h>
#include <base/param_values.h>

namespace belfry::api {

std::expected<Params, Problem> told_params(const Job& job, const std::vector<Param>& given,
                                           const std::string& subject) {
  SettledParams settled = settle_params(job.inputs->params, given);
  if (settled.problems.empty()) return std::move(settled.params);
  Problem problem{.status = 422, .detail = subject + ": "};
  for (ParamProblem& wrong : settled.problems) {
    problem.detail += (problem.errors.empty() ? "" : "; ") + wrong.what;
    problem.errors.push_back({.pointer = wrong.name.empty() ? "/params" : "/params/" + wrong.name,
                              .detail = std::move(wrong.what),
                              .hint = std::move(wrong.write)});
  }
  return std::unexpected(std::move(problem));
}

}  // namespace belfry::api
