"""The laws of the house as tables. To move a wall, edit a row here, and say why in the commit."""

import re
from dataclasses import dataclass

# Which rooms a room may include, besides itself.
ROOMS = {
    "include": set(),
    "base": {"include"},
    "triggers": {"include", "base"},
    "scheduler": {"include", "base", "triggers"},
    "jobs": {"include", "base"},
    "store": {"include", "base"},
    "config": {"include", "base", "triggers"},
    "api": {"include", "base", "triggers"},
    "daemon": {"include", "base", "triggers", "scheduler", "jobs", "store", "config", "api"},
    "cli": {"include", "base", "triggers", "scheduler", "jobs", "store", "config", "api", "daemon"},
}

# May include everything, and name everything.
FREE = {"tests", "bench", "examples"}

# The files beside the rooms: the first thing that a newcomer sees.
TOP = {
    ".clang-format",
    ".clang-tidy",
    ".gitignore",
    "CHANGELOG.md",
    "CMakeLists.txt",
    "CMakePresets.json",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "schedules.yaml",
}

# A pure room is a function of its inputs: the same inputs give the same answer, on every machine, always.
# Of base/ only what the library belfry_base_pure holds, and headers without a source, is pure.
PURE_ROOMS = {"include", "triggers", "scheduler"}
PURE_BASE_LIBRARY = "belfry_base_pure"


@dataclass(frozen=True)
class Impurity:
    what: str
    pattern: re.Pattern
    cure: str


def impurity(what: str, pattern: str, cure: str) -> Impurity:
    return Impurity(what, re.compile(pattern, re.VERBOSE), cure)


IMPURITIES = [
    impurity(
        "a clock",
        r"""<ctime> | \bclock_gettime\b | \bgettimeofday\b | ::now\s*\( | \btime\s*\(\s*(nullptr|NULL|0|&)
          | \b(localtime|gmtime)(_r)?\b""",
        "take the time as an argument, as advance(Now) does",
    ),
    impurity(
        "a thread or a lock",
        r"""<(thread|mutex|shared_mutex|condition_variable|future|stop_token|semaphore|latch|barrier|atomic)>
          | \bstd::(jthread|thread|this_thread|mutex|shared_mutex|condition_variable|atomic|async|stop_token)\b
          | \bthread_local\b | \bpthread_""",
        "one thread owns the core: submit an Input",
    ),
    impurity(
        "a system call",
        r"""\#\s*include\s*<(sys/|linux/|asm/|[a-z_]+\.h>|csignal>) | (?<![\w>])::[a-z_]\w*\s*\(""",
        "let an impure room make the call and hand in the answer",
    ),
    impurity(
        "a file or a stream",
        r"""<(fstream|filesystem|iostream|print)> | \bstd::(cout|cerr|clog|cin|filesystem|[io]?fstream)\b
          | \b(fopen|printf|fprintf|puts|fputs|FILE)\b""",
        "let an impure room read or write it and hand the content in or out",
    ),
    impurity("the environment", r"\b((secure_)?getenv|setenv|putenv|environ)\b", "take the value as an argument"),
    impurity(
        "a random device",
        r"<random> | \brandom_device\b | \bmt19937 | \b(rand|srand|random|getrandom|drand48)\s*\(",
        "hash what identifies the thing (base/hash.h)",
    ),
    impurity(
        "an unordered container",
        r"<unordered_(map|set)> | \bunordered_(multi)?(map|set)\b",
        "its order is not part of the input: take std::map or a sorted vector",
    ),
    impurity(
        "the order of pointers",
        r"""\b(set|map|multiset|multimap|less|greater|hash)<\s*(const\s+)?[\w:]+\s*(const\s*)?\*
          | \bu?intptr_t\b | \bowner_(less|before)\b""",
        "order by name, id or sequence",
    ),
]

# (stem, impurity): why it is right there.
PURE_ALTHOUGH = {
    ("base/verify", "a file or a stream"): "the last words before abort()",
    ("include/belfry/plugin", "a system call"): "it is C, and needs size_t",
    ("include/belfry/callable", "a thread or a lock"): "a callable is told to return by a std::stop_token",
}


@dataclass(frozen=True)
class Danger:
    what: str
    pattern: re.Pattern
    places: tuple[str, ...]  # stems, or folders that end in a slash; none: nobody may name it yet


def danger(what: str, pattern: str, *places: str) -> Danger:
    return Danger(what, re.compile(pattern, re.VERBOSE), places)


# What can hurt the whole program when it is used carelessly, and the one place that wraps it.
DANGERS = [
    danger("SQLite", r"<sqlite3\.h>", "store/sqlite"),
    danger("yaml-cpp", r"<yaml-cpp/", "config/yaml"),
    danger("libmicrohttpd", r"<microhttpd\.h>", "api/http"),
    danger("libcurl", r"<curl/", "base/http_client"),
    danger("regular expressions", r"<regex(\.h)?>", "base/pattern"),
    danger("loading code", r"<dlfcn\.h>", "jobs/plugin"),
    danger("date's time zones", r"<date/(tz|tz_private|ptz)\.h>", "base/zones"),
    danger("spdlog", r"<spdlog/", "base/log"),
    danger("epoll", r"<sys/epoll\.h> | \bepoll_(create|ctl|p?wait|event)", "base/poller"),
    danger("threads", r"\bstd::(jthread|thread|async)\b | \bpthread_create\b", "base/worker"),
    danger(
        "reading a clock",
        r"\bclock_gettime\b | \bgettimeofday\b | _clock::now\s*\( | \btime\s*\(\s*(nullptr|NULL|0|&)",
        "daemon/clock",
        "jobs/minder/time",  # a program of its own
    ),
    danger(
        "catching exceptions",
        r"\bcatch\s*\(",
        "config/yaml",  # what yaml-cpp throws
        "base/zones",  # date
        "base/worker",  # std::thread
        "cli/app",  # CLI11, which says so how it was called
        "jobs/open_call",  # somebody's callable
        "base/memory",  # a request that gets no memory
        "cli/main",  # the end
    ),
    danger("the switch of planted bugs", r"\bplanted\b"),  # the copy that has it is made by tests/sim/mutants
    danger(
        "fork and exec",
        r"""(?<![\w.>])(v?fork|clone3?|posix_spawnp?|execl[pe]?|execvp?e?|execveat|fexecve|popen|system)\s*\(
          | \bSYS_(v?fork|clone3?|execve|execveat)\b""",
        "jobs/spawn",  # of the minder, by the daemon
        "jobs/minder/job_process",  # of the job, by the minder
        "cli/editor",  # of a person's own editor, in the foreground
    ),
]
