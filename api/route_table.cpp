#include <array>

#include <api/change_routes.h>
#include <api/config_route.h>
#include <api/event_route.h>
#include <api/explain_route.h>
#include <api/history_route.h>
#include <api/job_routes.h>
#include <api/log_route.h>
#include <api/metrics_route.h>
#include <api/result_routes.h>
#include <api/route_table.h>
#include <api/run_routes.h>
#include <api/slot_route.h>
#include <api/status_routes.h>

namespace belfry::api {

namespace {

using enum Role;

constexpr std::array routes{
    Route{"GET", "/healthz", "", nobody, get_health},
    Route{"GET", "/readyz", "", nobody, get_readiness},
    Route{"GET", "/metrics", "", viewer, get_metrics},
    Route{"GET", "/v1/status", "", viewer, get_status},
    Route{"GET", "/v1/audit", "", viewer, get_audit},
    Route{"GET", "/v1/events", "topics", viewer, get_events},
    Route{"GET", "/v1/history", "job since until before limit", viewer, get_history},
    Route{"GET", "/v1/jobs", "tag state q only", viewer, get_jobs},
    Route{"POST", "/v1/jobs/pause", "", operating, post_pause},
    Route{"POST", "/v1/jobs/resume", "", operating, post_resume},
    Route{"GET", "/v1/jobs/{}", "", viewer, get_job},
    Route{"GET", "/v1/jobs/{}/slots", "from to limit", viewer, get_slots},
    Route{"POST", "/v1/jobs/{}/runs", "", operating, post_run},
    Route{"POST", "/v1/jobs/{}/pause", "", operating, post_pause_of_job},
    Route{"POST", "/v1/jobs/{}/resume", "", operating, post_resume_of_job},
    Route{"POST", "/v1/jobs/{}/skip", "", operating, post_skip},
    Route{"POST", "/v1/jobs/{}/backfill", "", operating, post_backfill},
    Route{"GET", "/v1/config", "", viewer, get_config},
    Route{"POST", "/v1/config/reload", "", admin, post_reload},
    Route{"POST", "/v1/config/validate", "", admin, post_validate},
    Route{"GET", "/v1/explain", "expr job tz from limit calendar", viewer, get_explanation},
    Route{"GET", "/v1/upcoming", "until limit", viewer, get_upcoming},
    Route{"GET", "/v1/runs", "job which state outcome since limit before", viewer, get_runs},
    Route{"GET", "/v1/runs/{}", "wait", viewer, get_run},
    Route{"GET", "/v1/runs/{}/log", "stream from tail attempt follow", viewer, get_log},
    Route{"GET", "/v1/runs/{}/result", "", viewer, get_result},
    Route{"POST", "/v1/runs/{}/progress", "", operating, post_progress},
    Route{"POST", "/v1/runs/{}/cancel", "", operating, post_cancel},
    Route{"POST", "/v1/runs/{}/retry", "", operating, post_retry},
};

}  // namespace

std::span<const Route> all_routes() { return routes; }

}  // namespace belfry::api
