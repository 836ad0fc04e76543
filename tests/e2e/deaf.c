/* A plug-in for the tests: `deaf` does not hear that it is to return. */
#include <poll.h>
#include <stddef.h>

#include <belfry/plugin.h>

static int deaf(const belfry_host* host, belfry_run* run) {
  (void)host;
  (void)run;
  for (;;) poll(NULL, 0, -1);
}

static const belfry_callable callables[] = {{sizeof(belfry_callable), "deaf", NULL, NULL, 0, NULL, deaf}};
static const belfry_plugin plugin = {sizeof(belfry_plugin), callables, 1};

const belfry_plugin* belfry_plugin_1(void) { return &plugin; }
