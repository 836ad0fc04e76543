#include <config/job_entry.h>

namespace belfry::config {

namespace {

constexpr FieldOptions own{.inherit = Inherit::no};
constexpr FieldOptions long_enough{.range = {.min = 1}, .none = None::known};

constexpr Fields job_fields{
    field<&JobEntry::description>("description", "What the job is for, in one line.", own),
    field<&JobEntry::tags>("tags", "Words by which jobs are selected."),
    field<&JobEntry::schedule>("schedule", "When the job is due: a cron line, @daily, every 15m, manual, or a map.",
                               own),
    field<&JobEntry::run>("run", "A script for the shell.", own),
    field<&JobEntry::shell>("shell", "The shell of 'run': sh -eu, or bash -eu -o pipefail.",
                            {.needs = "run", .usual = "sh"}),
    field<&JobEntry::command>("command", "A program and its arguments; no shell is involved.", own),
    field<&JobEntry::call>("call", "A callable of the daemon itself, such as http.request; no process is made.", own),
    field<&JobEntry::with>("with", "What the callable is told.", {.needs = "call", .inherit = Inherit::no}),
    field<&JobEntry::working_dir>("working_dir", "Where it runs; else the home of the user it runs as."),
    field<&JobEntry::env>("env", "Environment variables for the job."),
    field<&JobEntry::params>("params", "What somebody who starts it by hand may, or must, say.", own),
    field<&JobEntry::unique>("unique", "Requests that are alike are one run: while it is open, or for so long.",
                             {.usual = "false"}),
    field<&JobEntry::enabled>("enabled", "false: not started by its schedule, only by hand.", {.usual = "true"}),
    field<&JobEntry::was>("was", "The job's name before it was renamed: its history comes along.", own),
    field<&JobEntry::policies, &Policies::missed>("missed", "Slots that passed while nobody could start them.",
                                                  {.usual = "latest"}),
    field<&JobEntry::overlap>("overlap",
                              "Slots that come while an earlier run of the job is on; `manual` ones are allowed.",
                              {.usual = "skip"}),
    field<&JobEntry::policies, &Policies::retry>("retry", "How often and when a failed attempt is followed by another.",
                                                 {.none = None::known}),
    field<&JobEntry::policies, &Policies::on_lost>("on_lost", "A run whose fate cannot be known: fail, or rerun it.",
                                                   {.usual = "fail"}),
    field<&JobEntry::policies, &Policies::timeout>("timeout", "How long one attempt may take.", long_enough),
    field<&JobEntry::policies, &Policies::deadline>("deadline", "How long a run may take with all its attempts.",
                                                    long_enough),
    field<&JobEntry::policies, &Policies::success_exit_codes>("success_exit_codes",
                                                              "Exit codes that are a success, beside 0."),
    field<&JobEntry::queue>("queue", "The queue whose places the job's runs share with others.", {.usual = "default"}),
    field<&JobEntry::policies, &Policies::priority>("priority", "Within a queue, a higher one goes first.",
                                                    {.range = {.min = -1'000, .max = 1'000}, .usual = "0"}),
    field<&JobEntry::policies, &Policies::max_runs>("max_runs", "How often the schedule starts it; then never again.",
                                                    {.range = {.min = 1}, .none = None::known}),
    field<&JobEntry::policies, &Policies::pause_after_failures>(
        "pause_after_failures", "Pause the job when so many of its runs in a row have failed.",
        {.range = {.min = 1, .max = 1'000'000}, .none = None::known}),
    field<&JobEntry::process, &ProcessEntry::user>("user", "Whom it runs as; else the daemon's user."),
    field<&JobEntry::process, &ProcessEntry::group>("group", "Its group; else the user's.", {.none = None::known}),
    field<&JobEntry::process, &ProcessEntry::umask>("umask", "Which permissions new files do not get.",
                                                    {.usual = "0022"}),
    field<&JobEntry::process, &ProcessEntry::env_file>("env_file", "A file of NAME=VALUE lines; 'env' wins over them.",
                                                       {.none = None::known}),
    field<&JobEntry::process, &ProcessEntry::stdin_text>("stdin", "What it reads on its standard input; else nothing."),
    field<&JobEntry::process, &ProcessEntry::output>("output",
                                                     "How much of its output is kept, and where else it goes."),
    field<&JobEntry::process, &ProcessEntry::leftovers>(
        "leftovers", "What becomes of processes that outlive its main one.", {.usual = "kill"}),
    field<&JobEntry::process, &ProcessEntry::stop_signal>("stop_signal", "How it is asked to stop.",
                                                          {.usual = "SIGTERM"}),
    field<&JobEntry::process, &ProcessEntry::stop_grace_period>(
        "stop_grace_period", "From the stop signal to SIGKILL; 0s: it is killed at once.",
        {.range = {.min = 0}, .usual = "10s"}),
    field<&JobEntry::process, &ProcessEntry::start_deadline>(
        "start_deadline", "How long a machine without room for processes is asked again.",
        {.range = {.min = 0}, .usual = "1m"}),
    field<&JobEntry::process, &ProcessEntry::limits>("limits", "Bounds on memory, processors and the like."),
    field<&JobEntry::process, &ProcessEntry::only_if>(
        "only_if", "A script for sh -eu; where it fails the job is skipped.", {.none = None::known}),
};

constexpr std::array<std::string_view, 3> actions{"run", "command", "call"};
constexpr std::array<std::string_view, 1> schedule_key{"schedule"};
constexpr std::array job_choices{
    Choice{schedule_key, "has no 'schedule'",
           "write  schedule: every 5m  or, to start it only by hand,  schedule: manual"},
    Choice{actions, "does not say what to run",
           "write  run: a shell script,  command: [program, argument]  or  call: http.request"},
};

constexpr std::string_view zone_hint = "write  schedule: { cron: \"30 2 * * *\", timezone: Europe/Berlin }";
constexpr std::string_view output_hint =
    "what a job writes is kept:  belfry logs JOB;  to keep less of it write  output: { max: 1M }";
constexpr std::string_view failure_hint =
    "write  schedule: { after: other-job, when: failure }  in a job that tells you of it";
constexpr std::string_view cron_hint = "write  schedule: \"30 2 * * mon\"  with minute, hour, day, month, weekday";
constexpr std::string_view image_hint =
    "a job is a program of this machine: write  command: [docker, run, --rm, IMAGE]";
constexpr std::string_view argv_hint = "write the program and its arguments as one list:  command: [program, argument]";
constexpr std::string_view missed_hint = "write  missed: { policy: latest, within: 1h }";
constexpr std::string_view retry_hint = "write  retry: { max: 3, delay: 1m }";
constexpr std::string_view after_hint = "write  schedule: { after: other-job }";
constexpr std::string_view queue_hint =
    "write  queue: name  and at the top of the file  queues: { name: { concurrency: 1 } }";
constexpr std::string_view run_hint = "write a script as 'run', or a list as 'command'";

constexpr std::array job_translations{
    Translation{"ExecStart", "command", argv_hint},
    Translation{"task", "run", run_hint},
    Translation{"func", "run", run_hint},
    Translation{"kwargs", "with", {}},
    Translation{"image", "", image_hint},
    Translation{"containers", "", image_hint},
    Translation{"jobTemplate", "", image_hint},
    Translation{"cmd", "run", run_hint},
    Translation{"exec", "run", run_hint},
    Translation{"script", "run", {}},
    Translation{"args", "command", argv_hint},
    Translation{"entrypoint", "command", argv_hint},
    Translation{"cron", "schedule", "write  schedule: \"30 2 * * *\"  or  schedule: { cron: \"30 2 * * *\" }"},
    Translation{"crontab", "schedule", "write  schedule: \"30 2 * * *\""},
    Translation{"every", "schedule", "write  schedule: every 5m"},
    Translation{"interval", "schedule", "write  schedule: every 5m"},
    Translation{"seconds", "schedule", "write  schedule: every 30s"},
    Translation{"minutes", "schedule", "write  schedule: every 5m"},
    Translation{"hours", "schedule", "write  schedule: every 2h"},
    Translation{"minute", "schedule", cron_hint},
    Translation{"hour", "schedule", cron_hint},
    Translation{"day_of_week", "schedule", cron_hint},
    Translation{"day_of_month", "schedule", cron_hint},
    Translation{"month_of_year", "schedule", cron_hint},
    Translation{"OnCalendar", "schedule", "write  schedule: { on_calendar: Mon *-*-* 08:00 }"},
    Translation{"OnBootSec", "schedule", "write  schedule: { on_startup: 10s }"},
    Translation{"OnUnitActiveSec", "schedule", "write  schedule: { every: 5m, measured_from: start }"},
    Translation{"RandomizedDelaySec", "schedule", "write  schedule: { cron: \"30 2 * * *\", jitter: 20s }"},
    Translation{"CRON_TZ", "", zone_hint},
    Translation{"trigger", "schedule", {}},
    Translation{"timezone", "", zone_hint},
    Translation{"tz", "", zone_hint},
    Translation{"timeZone", "", zone_hint},
    Translation{"environment", "env", {}},
    Translation{"Environment", "env", "write  env: { NAME: value }"},
    Translation{"WorkingDirectory", "working_dir", {}},
    Translation{"SHELL", "shell", "write  shell: bash"},
    Translation{"MAILTO", "", "nothing is mailed: what a job writes is kept, and  belfry logs JOB  shows it"},
    Translation{"cwd", "working_dir", {}},
    Translation{"dir", "working_dir", {}},
    Translation{"workdir", "working_dir", {}},
    Translation{"working-directory", "working_dir", {}},
    Translation{"disabled", "enabled", "write  enabled: false"},
    Translation{"suspend", "enabled", "write  enabled: false"},
    Translation{"labels", "tags", {}},
    Translation{"concurrencyPolicy", "overlap", "Forbid is  overlap: skip,  Replace is  overlap: replace"},
    Translation{"concurrency_policy", "overlap", {}},
    Translation{"overlapping", "overlap", "write  overlap: allow"},
    Translation{"no-overlap", "overlap", "write  overlap: skip"},
    Translation{"prohibit_overlap", "overlap", "write  overlap: skip"},
    Translation{"max_instances", "overlap", "write  overlap: { policy: allow, max_running: 3 }"},
    Translation{"startingDeadlineSeconds", "missed", missed_hint},
    Translation{"misfire_grace_time", "missed", missed_hint},
    Translation{"misfire", "missed", missed_hint},
    Translation{"coalesce", "missed", "write  missed: latest"},
    Translation{"catchup", "missed", "write  missed: all"},
    Translation{"catch_up", "missed", "write  missed: all"},
    Translation{"persistent", "missed", "write  missed: latest"},
    Translation{"Persistent", "missed", "write  missed: latest"},
    Translation{"backoffLimit", "retry", retry_hint},
    Translation{"retries", "retry", retry_hint},
    Translation{"max_retries", "retry", retry_hint},
    Translation{"restart", "retry", retry_hint},
    Translation{"Restart", "retry", retry_hint},
    Translation{"restartPolicy", "retry", retry_hint},
    Translation{"default_retry_delay", "retry", retry_hint},
    Translation{"autoretry_for", "retry", retry_hint},
    Translation{"activeDeadlineSeconds", "deadline", "write  deadline: 2h  or, for each attempt,  timeout: 1h"},
    Translation{"time_limit", "timeout", "write  timeout: 1h"},
    Translation{"soft_time_limit", "timeout", "write  timeout: 1h"},
    Translation{"RuntimeMaxSec", "timeout", "write  timeout: 1h"},
    Translation{"expires", "missed", missed_hint},
    Translation{"max_duration", "timeout", "write  timeout: 1h"},
    Translation{"TimeoutStartSec", "timeout", "write  timeout: 1h"},
    Translation{"SuccessExitStatus", "success_exit_codes", "write  success_exit_codes: [3]"},
    Translation{"concurrency", "queue", queue_hint},
    Translation{"pool", "queue", queue_hint},
    Translation{"depends_on", "schedule", after_hint},
    Translation{"after", "schedule", after_hint},
    Translation{"on_startup", "schedule", "write  schedule: { on_startup: 10s }"},
    Translation{"jitter", "schedule", "write  schedule: { every: 5m, jitter: 20s }"},
    Translation{"renamed_from", "was", {}},
    Translation{"User", "user", {}},
    Translation{"username", "user", {}},
    Translation{"run_as", "user", {}},
    Translation{"envfile", "env_file", {}},
    Translation{"EnvironmentFile", "env_file", {}},
    Translation{"KillSignal", "stop_signal", {}},
    Translation{"killmode", "leftovers", {}},
    Translation{"KillMode", "leftovers", {}},
    Translation{"grace_period", "stop_grace_period", {}},
    Translation{"TimeoutStopSec", "stop_grace_period", "write  stop_grace_period: 10s"},
    Translation{"terminationGracePeriodSeconds", "stop_grace_period", "write  stop_grace_period: 10s"},
    Translation{"resources", "limits", "write  limits: { memory: 512M, cpus: 1.5 }"},
    Translation{"deploy", "limits", "write  limits: { memory: 512M, cpus: 1.5 }"},
    Translation{"mem_limit", "limits", "write  limits: { memory: 512M }"},
    Translation{"cpus", "limits", "write  limits: { cpus: 1.5 }"},
    Translation{"MemoryMax", "limits", "write  limits: { memory: 512M }"},
    Translation{"CPUQuota", "limits", "write  limits: { cpus: 1.5 }"},
    Translation{"memory", "limits", "write  limits: { memory: 512M }"},
    Translation{"nice", "limits", "write  limits: { nice: 10 }"},
    Translation{"Nice", "limits", "write  limits: { nice: 10 }"},
    Translation{"parameters", "params", {}},
    Translation{"inputs", "params", {}},
    Translation{"dedupe", "unique", {}},
    Translation{"secrets", "", "they stand at the top of the file; a job says  env: { PASSWORD: \"${secret:name}\" }"},
    Translation{"condition", "only_if", {}},
    Translation{"ExecCondition", "only_if", {}},
    Translation{"log", "", output_hint},
    Translation{"logfile", "", output_hint},
    Translation{"stdout", "", output_hint},
    Translation{"stderr", "", output_hint},
    Translation{"StandardOutput", "", output_hint},
    Translation{"on_failure", "", failure_hint},
    Translation{"OnFailure", "", failure_hint},
    Translation{"notify", "", failure_hint},
    Translation{"email", "", failure_hint},
    Translation{"mail", "", failure_hint},
    Translation{"name", "", "a job's name is the key above it:  jobs: { backup: { ... } }"},
};

}  // namespace

constinit const Table<JobEntry> job_table{job_fields, job_choices, job_translations};

}  // namespace belfry::config
