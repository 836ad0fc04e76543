#include <unistd.h>

#include <base/try.h>
#include <jobs/env_file.h>
#include <jobs/environment.h>
#include <jobs/order_spec.h>

namespace belfry {
namespace {

// As whom, where that is not the daemon's own user.
Result<std::optional<Account>> find_identity(const ProcessSettings& process) {
  if (process.user.empty() && process.group.empty()) return std::optional<Account>{};
  return std::optional(TRY(find_account({.user = process.user, .group = process.group})));
}

// A user who names itself asks for nothing that needs a right.
bool is_own(const Account& account) {
  return ::geteuid() != 0 && account.uid == ::geteuid() && account.gid == ::getegid();
}

Result<std::vector<EnvironmentVariable>> variables_of(const Job& job) {
  std::vector<EnvironmentVariable> variables;
  if (!job.process->env_file.empty()) variables = TRY(read_env_file(job.process->env_file));
  variables.insert(variables.end(), job.env.begin(), job.env.end());
  return variables;
}

}  // namespace

Result<Spec> spec_for(const StartOrder& order, const SpecFacts& facts) {
  const Job& job = *order.job;
  const ProcessSettings& process = *job.process;
  std::optional<Account> identity = TRY(find_identity(process));
  const Account& account = identity ? *identity : facts.own_account;
  const auto variables = TRY(variables_of(job));
  Spec spec{.boot = facts.boot,
            .cwd = job.working_dir.value_or(account.home),
            .argv = job_arguments(job.action),
            .env = job_environment(order,
                                   {.account = account, .now = facts.now, .zone = facts.zone, .variables = variables})};
  spec.umask = process.umask;
  spec.stop_signal = process.stop_signal;
  spec.stop_grace = process.stop_grace_period;
  spec.time_limit = order.time_limit;
  spec.limit_reason = order.limit_reason;
  spec.start_deadline = process.start_deadline;
  spec.leftovers = process.leftovers;
  spec.output_max = process.output_max;
  spec.input = process.stdin_text;
  spec.only_if = process.only_if;
  spec.limits = process.limits;
  spec.cgroup = facts.cgroup;
  if (identity && !is_own(*identity)) spec.identity = std::move(identity);
  return spec;
}

}  // namespace belfry
