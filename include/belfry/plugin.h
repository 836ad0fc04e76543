/* Plug-ins: callables in a shared object, in C or anything that speaks it.
 *
 * A plug-in exports one function:
 *
 *   const belfry_plugin* belfry_plugin_1(void);
 *
 * and is named in schedules.yaml: `plugins: [/usr/local/lib/belfry/greet.so]`. examples/plugin has a whole one.
 *
 * The contract:
 *   - What is declared here never changes under the number in the function's name. Structures may grow at their end:
 *     `size` says how much of one there is, for both sides. Set it to sizeof.
 *   - A call runs on a thread of the daemon; calls of one callable may run side by side.
 *   - `call` returns soon after host->stop_requested() is true.
 *   - What crashes takes the daemon along: code that may crash belongs into a subprocess.
 *   - A plug-in is never unloaded. A changed file takes effect when the daemon is started again.
 *   - Texts are UTF-8 and end with a NUL. What is handed to a plug-in lives until `call` returns. */
#ifndef BELFRY_PLUGIN_H
#define BELFRY_PLUGIN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One call. Opaque. */
typedef struct belfry_run belfry_run;

/* What a call may ask of Belfry. All of it on the thread of the call. */
typedef struct belfry_host {
  size_t size;

  /* What the job says behind `with:`. NULL: it is not given, or it is no text. */
  const char* (*argument)(const belfry_run* run, const char* name);

  /* Of the run: "job", "run_id", "attempt", "trigger", "scheduled_time", "requested_by". NULL: there is none such. */
  const char* (*fact)(const belfry_run* run, const char* name);

  /* Not 0: the call is to return. */
  int (*stop_requested)(const belfry_run* run);

  /* A line of the run's output. */
  void (*log)(belfry_run* run, const char* line);
  void (*log_error)(belfry_run* run, const char* line);

  /* How far it is, from 0 to 1. */
  void (*progress)(belfry_run* run, double fraction, const char* message);

  /* The run's result. 0: it is kept; else it is too long. */
  int (*set_result)(belfry_run* run, const void* bytes, size_t length);

  /* What an earlier attempt of the run has left, or NULL; and what this one leaves for the next. 0: it is kept. */
  const void* (*checkpoint)(belfry_run* run, size_t* length);
  int (*keep_checkpoint)(belfry_run* run, const void* bytes, size_t length);

  /* Why it fails, for people. Said before `call` returns what is not 0. */
  void (*fail)(belfry_run* run, const char* why);
} belfry_host;

typedef enum belfry_type {
  BELFRY_TEXT = 0,
  BELFRY_INTEGER = 1,
  BELFRY_BOOLEAN = 2,  /* "true" or "false" */
  BELFRY_DURATION = 3, /* "1h30m" */
  BELFRY_SIZE = 4      /* "512M" */
} belfry_type;

typedef struct belfry_parameter {
  size_t size;
  const char* name;
  belfry_type type;
  int required;
  const char* summary; /* may be NULL */
} belfry_parameter;

typedef struct belfry_callable {
  size_t size;
  const char* name;
  const char* summary; /* may be NULL */
  const belfry_parameter* parameters;
  size_t parameter_count;

  /* What is wrong with a value, or NULL. Asked when the configuration is loaded. May be NULL. */
  const char* (*check)(const char* parameter, const char* value);

  /* 0: it succeeded. Else it failed with this exit code, 1 to 255. No exception may leave it. */
  int (*call)(const belfry_host* host, belfry_run* run);
} belfry_callable;

typedef struct belfry_plugin {
  size_t size;
  const belfry_callable* callables;
  size_t callable_count;
} belfry_plugin;

/* What a plug-in exports. NULL: it will not work here. */
const belfry_plugin* belfry_plugin_1(void);

#ifdef __cplusplus
}
#endif

#endif
