/* A plug-in for the storm: `mark` puts down that it executes, as the storm's scripts do, takes a while, and ends. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <belfry/plugin.h>

static int number(const belfry_host* host, belfry_run* run, const char* name) {
  const char* text = host->argument(run, name);
  return text == NULL ? 0 : atoi(text);
}

static int mark(const belfry_host* host, belfry_run* run) {
  char line[300];
  const int length = snprintf(line, sizeof line, "%s %s %s\n", host->fact(run, "job"), host->fact(run, "run_id"),
                              host->fact(run, "attempt"));
  const int fd = open(host->argument(run, "path"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, line, (size_t)length) != length) abort();
  close(fd);
  host->progress(run, 0.5, "marked");
  host->log(run, "marked");
  poll(NULL, 0, number(host, run, "pause_ms"));
  return number(host, run, "code");
}

static const belfry_parameter parameters[] = {
    {sizeof(belfry_parameter), "path", BELFRY_TEXT, 1, NULL},
    {sizeof(belfry_parameter), "pause_ms", BELFRY_INTEGER, 0, NULL},
    {sizeof(belfry_parameter), "code", BELFRY_INTEGER, 0, NULL},
};
static const belfry_callable callables[] = {{sizeof(belfry_callable), "mark", NULL, parameters, 3, NULL, mark}};
static const belfry_plugin plugin = {sizeof(belfry_plugin), callables, 1};

const belfry_plugin* belfry_plugin_1(void) { return &plugin; }
