#include <doctest/doctest.h>

#include <cli/completion_script.h>

using namespace belfry::cli;

namespace {

const std::vector<CommandWords> commands = {
    {.name = "list", .description = "Show the jobs.", .options = {"--tag", "--json"}, .takes_job = false},
    {.name = "run",
     .description = "Run a job, whatever it's called.",
     .options = {"--wait", "-f", "-p"},
     .takes_job = true},
    {.name = "logs", .description = "Show output.", .options = {"-n"}, .takes_job = true},
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("cli/completion_script: each shell learns the commands, their options, and which of them take jobs") {
  const std::string bash = completion_script(Shell::bash, commands);
  CHECK(holds(bash, "words='list run logs'"));
  CHECK(holds(bash, "run) words='--wait -f -p'"));
  CHECK(holds(bash, "words=$(belfry param-names \"${COMP_WORDS[2]}\" 2>/dev/null)"));
  CHECK(holds(bash, "run|logs) words=$(belfry job-names 2>/dev/null)"));
  const std::string zsh = completion_script(Shell::zsh, commands);
  CHECK(zsh.starts_with("#compdef belfry\n"));
  CHECK(holds(zsh, "'list:Show the jobs.'"));
  CHECK(holds(zsh, "run) options=(--wait -f -p)"));
  CHECK(holds(zsh, "run|logs) compadd"));
  const std::string fish = completion_script(Shell::fish, commands);
  CHECK(holds(fish, "-a list -d 'Show the jobs.'"));
  CHECK(holds(fish, "'__fish_seen_subcommand_from run' -l wait\n"));
  CHECK(holds(fish, "'__fish_seen_subcommand_from run' -s f\n"));
  CHECK(holds(fish, "'__fish_seen_subcommand_from run' -s p -x -a '(belfry param-names"));
  CHECK(holds(fish, "'__fish_seen_subcommand_from run logs' -f -a '(belfry job-names"));
}

TEST_CASE("cli/completion_script: an apostrophe in a description ends no quotation") {
  for (const Shell shell : {Shell::zsh, Shell::fish}) CHECK_FALSE(holds(completion_script(shell, commands), "it's"));
}
