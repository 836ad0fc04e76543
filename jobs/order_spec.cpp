#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

#include <base/try.h>
#include <jobs/env_file.h>
#include <jobs/environment.h>
#include <jobs/input_values.h>
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

struct Variables {
  std::vector<EnvironmentVariable> all;
  std::set<std::string, std::less<>> secret;  // the names of those that have a secret in them
};

// What stands in an env_file stays as it is there.
Result<Variables> variables_of(const Job& job, InputValues& values) {
  Variables variables;
  if (!job.process->env_file.empty()) variables.all = TRY(read_env_file(job.process->env_file));
  for (const EnvironmentVariable& variable : job.env) {
    InputValues::Filled filled = TRY(values.fill_in(variable.value));
    if (filled.has_secret) variables.secret.insert(variable.name);
    variables.all.push_back({.name = variable.name, .value = std::move(filled.text)});
  }
  return variables;
}

// A script is handed on as it is: what is put into it would be run (F56).
Result<std::vector<std::string>> arguments_of(const Action& action, InputValues& values) {
  std::vector<std::string> arguments = job_arguments(action);
  if (!std::holds_alternative<Command>(action)) return arguments;
  for (std::string& argument : arguments) {
    InputValues::Filled filled = TRY(values.fill_in(argument));
    if (filled.has_secret) {
      return std::unexpected(Error::bad_input("everybody who may list processes could read a secret in 'command'"));
    }
    argument = std::move(filled.text);
  }
  return arguments;
}

// From `env` to `secret_env`.
void part_secrets(Spec& spec, const Variables& variables, const InputValues& values) {
  const auto is_open = [&](const std::string& variable) {
    return !variables.secret.contains(std::string_view(variable).substr(0, variable.find('=')));
  };
  const auto secret = std::stable_partition(spec.env.begin(), spec.env.end(), is_open);
  spec.secret_env.assign(std::move_iterator(secret), std::move_iterator(spec.env.end()));
  spec.env.erase(secret, spec.env.end());
  for (const std::string_view value : values.secrets()) spec.hidden.emplace_back(value);
}

}  // namespace

Result<Spec> spec_for(const StartOrder& order, const SpecFacts& facts) {
  const Job& job = *order.job;
  const ProcessSettings& process = *job.process;
  std::optional<Account> identity = TRY(find_identity(process));
  const Account& account = identity ? *identity : facts.own_account;
  InputValues values(*job.inputs, order.run.params);
  const Variables variables = TRY(variables_of(job, values));
  Spec spec{.boot = facts.boot,
            .cwd = job.working_dir.value_or(account.home),
            .argv = TRY(arguments_of(job.action, values)),
            .env = job_environment(order, {.account = account,
                                           .now = facts.now,
                                           .zone = facts.zone,
                                           .variables = variables.all,
                                           .inputs = values,
                                           .job_directory = facts.job_directory})};
  part_secrets(spec, variables, values);
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
  if (process.output_to_journal) {
    spec.journal = facts.journal;
    spec.job = job.name.text();
  }
  if (identity && !is_own(*identity)) spec.identity = std::move(identity);
  return spec;
}

}  // namespace belfry
