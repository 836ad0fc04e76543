/* A plug-in for Belfry: the callable `greet`.
 *
 *   cc -shared -fPIC -o /usr/local/lib/belfry/greet.so greet.c
 *
 *   plugins: [/usr/local/lib/belfry/greet.so]
 *   jobs:
 *     greet:
 *       schedule: every 1m
 *       call: greet
 *       with: { whom: world, times: 3 }
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <belfry/plugin.h>

static int greet(const belfry_host* host, belfry_run* run) {
  const char* whom = host->argument(run, "whom");
  const char* times_text = host->argument(run, "times");
  const int times = times_text == NULL ? 1 : atoi(times_text);

  /* An attempt before this one may have greeted some already. */
  size_t length = 0;
  const char* kept = host->checkpoint(run, &length);
  int greeted = kept == NULL ? 0 : atoi(kept);

  for (; greeted < times; ++greeted) {
    char line[200];
    if (host->stop_requested(run)) {
      host->fail(run, "told to stop");
      return 1;
    }
    snprintf(line, sizeof line, "%s: hello, %s", host->fact(run, "job"), whom);
    host->log(run, line);
    host->progress(run, (double)(greeted + 1) / times, whom);
    snprintf(line, sizeof line, "%d", greeted + 1);
    host->keep_checkpoint(run, line, strlen(line) + 1);
  }
  if (strcmp(whom, "nobody") == 0) {
    host->fail(run, "nobody answered");
    return 3;
  }
  host->set_result(run, whom, strlen(whom));
  return 0;
}

static const char* check(const char* parameter, const char* value) {
  const int is_too_often = strcmp(parameter, "times") == 0 && atoi(value) > 100;
  return is_too_often ? "'times': nobody wants to be greeted so often" : NULL;
}

static const belfry_parameter parameters[] = {
    {sizeof(belfry_parameter), "whom", BELFRY_TEXT, 1, "Who is greeted."},
    {sizeof(belfry_parameter), "times", BELFRY_INTEGER, 0, "How often; usually once."},
};

static const belfry_callable callables[] = {
    {sizeof(belfry_callable), "greet", "Greets somebody.", parameters, 2, check, greet},
};

static const belfry_plugin plugin = {sizeof(belfry_plugin), callables, 1};

const belfry_plugin* belfry_plugin_1(void) { return &plugin; }
