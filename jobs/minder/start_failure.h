// Which call failed before or in exec, so that the daemon can say it exactly (S29).
#pragma once

namespace belfry::minder {

struct StartFailure {
  enum Call : int {
    none,
    open_call,
    pipe_call,
    fork_call,
    read_call,
    claim_call,
    chdir_call,
    exec_call,
    interpreter,  // of a script; exec itself calls the script missing
    directory,    // and exec says no more than that it is not permitted
    mode,         // the file is executable for nobody; likewise
    setgroups_call,
    setgid_call,
    setuid_call,
    identity_check,  // the calls said yes, and yet the process is not who it should be
    rlimit_call,
    nice_call,
    ioprio_call,
    condition,  // `only_if` said no; error is its exit code. No failure, but nothing executed
    stopped,    // it was to be stopped before it executed
  };
  Call call = none;
  int error = 0;
};

const char* call_name(StartFailure::Call call);

}  // namespace belfry::minder
