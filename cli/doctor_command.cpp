#include <algorithm>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <base/text.h>
#include <base/try.h>
#include <base/words.h>
#include <cli/daemon_link.h>
#include <cli/doctor_command.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/finding.h>
#include <cli/machine_checks.h>
#include <cli/output.h>
#include <cli/table.h>
#include <cli/text_width.h>
#include <daemon/clock.h>
#include <store/sqlite_inspection.h>

namespace belfry::cli {

namespace {

using Verdict = Finding::Verdict;

// How many records of the ledger are looked at: as many as can be in a while, or all.
enum class Depth { newest, all };
constexpr Millis records_patience{3'000};

Finding finding(std::string about, const std::string& trouble, std::string well, std::string cure) {
  if (trouble.empty())
    return {.about = std::move(about), .verdict = Verdict::good, .what = std::move(well), .cure = ""};
  return {.about = std::move(about), .verdict = Verdict::bad, .what = trouble, .cure = std::move(cure)};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Every slot of every job has exactly one outcome, as the ledger tells it (S1).
Finding check_audit(const DaemonLink& daemon) {
  const auto response = daemon.get("/v1/audit");
  const auto audit = response ? decode_audit(response->body) : std::unexpected(response.error());
  if (!audit) return finding("audit", audit.error().what, "", "look at the daemon's log");
  return finding("audit", audit->problems.empty() ? "" : audit->problems.front(),
                 counted(audit->slots, "slot") + " of " + counted(audit->jobs, "job") +
                     " in the last seven days, each with one outcome",
                 "this should never be: please report it, with a copy of the ledger: belfry backup FILE");
}

// Whether the records fit their checksums (F07), by this process, as backup does it.
Finding check_records(const std::string& state_dir, Depth depth) {
  SystemClock clock;
  const BootTime enough = clock.read().boot + records_patience;
  const auto goes_on = [&] { return depth == Depth::all || clock.read().boot < enough; };
  const auto found = inspect_ledger(state_dir + "/ledger.db", goes_on);
  if (!found) {
    return {.about = "records",
            .verdict = Verdict::note,
            .what = "they were not looked at: " + found.error().what,
            .cure = "look as the daemon's user, or as root"};
  }
  const std::string looked_at = counted(found->records, "record");
  if (found->damaged) {
    return finding("records", "the record " + *found->damaged + " does not fit its checksum", "",
                   "questions that meet it are answered with an error. Look at the disk; to go back to "
                   "a sound ledger: belfry help backup");
  }
  if (found->is_whole) return finding("records", "", looked_at + ", all of them fit their checksums", "");
  return finding("records", "",
                 "the newest " + looked_at + " fit their checksums; for all of them: belfry doctor --thorough", "");
}

Finding check_user(uid_t user) {
  if (user != 0) return finding("user", "", "the daemon does not run as root", "");
  return {.about = "user",
          .verdict = Verdict::note,
          .what = "the daemon runs as root, and so does every job without `user:`",
          .cure = "run it as a user of its own where no job needs root"};
}

void examine_daemon(const DaemonLink& daemon, const StatusRow& status, Depth depth, Findings& findings) {
  findings.push_back(finding("daemon", "", "version " + status.version + ", " + status.state, ""));
  findings.push_back(
      finding("configuration", first_line(status.config_trouble),
              status.config_path + " is in force, revision " + status.revision,
              "correct it; meanwhile what was in force stays so: belfry validate " + status.config_path));
  findings.push_back(finding("ledger", status.ledger_trouble, "it accepts, at " + status.state_dir,
                             "nothing is started until it can be written: look at the disk and at who holds it"));
  findings.push_back(finding(
      "callables",
      status.stuck_calls == 0 ? ""
                              : std::to_string(status.stuck_calls) + " were told to return long ago, and still execute",
      "none is stuck", "belfry runs names them; only a restart of the daemon ends them"));
  findings.push_back(check_audit(daemon));
  findings.push_back(check_records(status.state_dir, depth));
  findings.push_back(check_set_aside(status.state_dir));
  if (status.config_path.starts_with('/')) findings.push_back(check_file("permissions", status.config_path));
  findings.push_back(check_disk(status.state_dir));
  for (const WarningRow& warning : status.warnings) {
    findings.push_back({.about = "jobs", .verdict = Verdict::note, .what = warning.what, .cure = warning.cure});
  }
  if (status.process) {
    findings.push_back(check_user(status.process->uid));
    findings.push_back(check_limits(status.process->pid));
    findings.push_back(check_cgroups(status.process->pid));
  }
}

Result<Findings> examine(const Context& context, Depth depth) {
  const DaemonLink daemon = find_daemon(context, Surroundings::of_this_process());
  Findings findings;
  std::string database;
  const auto response = daemon.get("/v1/status");
  if (response) {
    const StatusRow status = TRY(decode_status(response->body));
    database = status.tzdata;
    examine_daemon(daemon, status, depth, findings);
  } else {
    const bool is_closed = response.error().kind == ErrorKind::not_allowed;
    findings.push_back(
        finding("daemon", response.error().what, "",
                is_closed ? "look as root: sudo belfry doctor" : "belfry daemon, or: systemctl start belfry"));
  }
  findings.push_back(check_clock());
  findings.push_back(check_zones(database));
  return findings;
}

Cell sign_cell(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return {"✓", Emphasis::good};
    case Verdict::note:
      return {"!", Emphasis::busy};
    case Verdict::bad:
      return {"✗", Emphasis::bad};
  }
  std::unreachable();
}

void print_for_people(const Context& context, const Findings& findings) {
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  for (const Finding& found : findings) {
    const Cell sign = sign_cell(found.verdict);
    const std::string what = wrapped("  " + found.about + ": " + found.what, {.width = terminal.width, .indent = 2});
    print(terminal.paint(sign.text, sign.emphasis) + what.substr(1) + "\n");
    if (!found.cure.empty()) print(wrapped("    " + found.cure, {.width = terminal.width, .indent = 4}) + "\n");
  }
}

Result<int> see_doctor(const Context& context, Depth depth) {
  const Findings findings = TRY(examine(context, depth));
  const auto bad =
      std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.verdict == Verdict::bad; });
  if (context.form == OutputForm::json) {
    print(encode_findings(findings));
  } else {
    print_for_people(context, findings);
    print_footer(context, bad == 0 ? "Nothing is wrong." : counted(bad, "thing is", "things are") + " wrong.");
  }
  return bad == 0 ? exit_ok : exit_failed;
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("doctor", "Look whether everything is as it should be, and say what to do.");
  command->footer(
      "  belfry doctor\n"
      "  belfry doctor --thorough\n"
      "  belfry doctor --json | jq '.[] | select(.verdict != \"good\")'");
  auto depth = std::make_shared<Depth>(Depth::newest);
  command->add_flag_callback(
      "--thorough", [depth] { *depth = Depth::all; }, "Look at every record of the ledger, however long it takes");
  command->callback([&context, depth] { context.chosen = [depth](Context& c) { return see_doctor(c, *depth); }; });
}

}  // namespace belfry::cli
