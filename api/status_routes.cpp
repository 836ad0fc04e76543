#include <api/json.h>
#include <api/problem.h>
#include <api/status_routes.h>

namespace belfry::api {

Result<void> get_health(const Call& call) {
  const std::string& ledger = call.backend.view().ledger_trouble();
  const std::string config = call.backend.status().config_trouble;
  std::string body = ledger.empty() && config.empty() ? "ok\n" : "degraded\n";
  if (!ledger.empty()) body += "ledger: " + ledger + "\n";
  if (!config.empty()) body += "configuration: " + config + "\n";
  call.reply({.content_type = "text/plain; charset=utf-8", .body = std::move(body)});
  return {};
}

Result<void> get_readiness(const Call& call) {
  const std::string& trouble = call.backend.view().ledger_trouble();
  if (!trouble.empty()) {
    return std::unexpected(
        Error{.kind = ErrorKind::busy, .what = "nothing is started, because the ledger cannot be written: " + trouble});
  }
  call.reply({.content_type = "text/plain; charset=utf-8", .body = "ready\n"});
  return {};
}

Result<void> get_status(const Call& call) {
  call.reply(json_response(status_json(call.backend.status(), call.backend.view())));
  return {};
}

Result<void> get_audit(const Call& call) {
  call.backend.audit([reply = call.reply](const Result<AuditFacts>& facts) {
    reply(facts ? json_response(audit_json(*facts)) : respond(problem_from(facts.error())));
  });
  return {};
}

}  // namespace belfry::api
