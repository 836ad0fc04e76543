#include <algorithm>
#include <string>
#include <string_view>

#include <api/call.h>
#include <api/event_route.h>
#include <api/json.h>
#include <api/problem.h>
#include <api/route_table.h>
#include <api/routes.h>
#include <api/run_routes.h>
#include <api/target.h>
#include <base/text.h>

namespace belfry::api {

namespace {

// What stands for the {} if the path fits the pattern.
std::optional<std::vector<std::string>> match(std::string_view pattern, const std::vector<std::string>& path) {
  const auto segments = split(pattern.substr(1), '/');
  if (segments.size() != path.size()) return std::nullopt;
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (segments[i] == "{}") {
      arguments.push_back(path[i]);
    } else if (segments[i] != path[i]) {
      return std::nullopt;
    }
  }
  return arguments;
}

std::string_view effective_method(std::string_view method) { return method == "HEAD" ? "GET" : method; }

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> arguments;
  std::string methods_allowed;  // set if the path is known, but not with this method
};

Match find_route(std::string_view method, const std::vector<std::string>& path) {
  Match found;
  for (const Route& route : all_routes()) {
    auto arguments = match(route.path, path);
    if (!arguments) continue;
    if (route.method == effective_method(method)) return {.route = &route, .arguments = std::move(*arguments)};
    found.methods_allowed += (found.methods_allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  return found;
}

Response no_route(const Request& request, const Match& match) {
  if (match.methods_allowed.empty()) {
    return respond({.status = 404, .detail = "there is nothing at " + request.target});
  }
  Response response = respond({.status = 405, .detail = request.target + " takes " + match.methods_allowed});
  response.headers.push_back({"Allow", match.methods_allowed});
  return response;
}

}  // namespace

void Routes::handle(const Request& request, const Reply& reply) {
  auto target = parse_target(request.target);
  if (!target) return reply(respond(problem_from(target.error())));
  Match match = find_route(request.method, target->path);
  if (match.route == nullptr) return reply(no_route(request, match));
  if (const Role role = roles_.role_of(request.peer); role < match.route->needed) {
    return reply(respond({.status = 403, .detail = why_not_allowed(request.peer, role, match.route->needed)}));
  }
  if (const auto checked = check_parameters(target->query, match.route->parameters); !checked) {
    return reply(respond(problem_from(checked.error())));
  }
  const Call call{.backend = backend_,
                  .waiters = waiters_,
                  .events = events_,
                  .metrics = metrics_,
                  .request = request,
                  .arguments = std::move(match.arguments),
                  .query = Query(std::move(target->query)),
                  .reply = reply};
  if (const auto handled = match.route->handler(call); !handled) reply(respond(problem_from(handled.error())));
}

void Routes::tell(const Notice& notice) {
  metrics_->count(notice);
  publish(events_, notice);
  const auto* closed = std::get_if<RunClosedNotice>(&notice);
  if (closed == nullptr) return;
  for (const auto& waiter : waiters_.take(closed->run.id)) waiter.reply(json_response(run_json(closed->run)));
}

void Routes::config_changed() {
  // Written when somebody reads it: of 100,000 jobs that would hold the loop up just when all of them are new.
  events_.publish(Topic::always, "config.changed",
                  EventData([this] { return status_json(backend_.status(), backend_.view()); }));
}

std::optional<Millis> Routes::timeout() {
  const auto deadline = waiters_.next_deadline();
  if (!deadline) return std::nullopt;
  return std::max(Millis{0}, *deadline - backend_.now().boot);
}

void Routes::expire() {
  if (!waiters_.next_deadline()) return;
  for (const auto& waiter : waiters_.take_expired(backend_.now().boot)) {
    const auto run = find_run(backend_, waiter.run.text());
    waiter.reply(run ? json_response(run_json(*run)) : respond(problem_from(run.error())));
  }
}

}  // namespace belfry::api
