#include <sys/prctl.h>
#include <sys/stat.h>

#include <algorithm>

#include <doctest/doctest.h>

#include <belfry/launcher.h>

#include <base/file.h>
#include <jobs/input_values.h>
#include <jobs/order_spec.h>
#include <tests/support/temp_dir.h>

using namespace belfry;

namespace {

const JobInputs inputs{
    .params = {{.name = "date"}, {.name = "to", .fallback = "staging"}, {.name = "note"}}, .usual = {}, .secrets = {}};

std::string filled(std::string_view text, const Params& params) {
  InputValues values(inputs, params);
  const auto out = values.fill_in(text);
  return out ? out->text : out.error().what;
}

// The spec of a job with these inputs, for a run that was told this.
Result<Spec> spec_of(Action action, std::vector<EnvironmentVariable> env, const JobInputs& job_inputs, Params told) {
  Job job{.name = JobName::parse("restore").value(), .action = std::move(action), .working_dir = std::string("/")};
  job.env = std::move(env);
  job.inputs = std::make_shared<const JobInputs>(job_inputs);
  Run run{.id = RunId::make(WallTime{}, 1, 1), .job = job.name};
  run.params = std::move(told);
  const Account account{.name = "root", .home = "/root"};
  return spec_for({.id = run.attempt_id(), .job = std::make_shared<const Job>(std::move(job)), .run = run},
                  {.boot = {}, .now = {}, .own_account = account, .zone = *Zone::utc(), .cgroup = ""});
}

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

}  // namespace

TEST_CASE("jobs/input_values: S38 a parameter is what the run was told, else its default, else nothing") {
  CHECK(filled("${param:date}/${param:to}/${param:note}.", Params{{"date", "2026-11-19"}}) == "2026-11-19/staging/.");
  CHECK(filled("${param:to}", Params{{"to", "production"}}) == "production");
  CHECK(filled("${param:gone}", {}) == "the job has no parameter 'gone'");
  CHECK(filled("${secret:gone}", {}) == "there is no secret 'gone'");
}

TEST_CASE("jobs/input_values: F56 whatever a value holds, it is one argument and one variable") {
  for (const std::string value : {"; touch x", "$(touch x)", "`touch x`", "two\nlines", "-rf", "'\"\\", "a b",
                                  "${param:to}", "${secret:x}", "*"}) {
    CAPTURE(value);
    const auto spec = spec_of(Command{{"/bin/restore", "--date", "${param:date}", "--x=${param:date}"}},
                              {{"WHAT", "<${param:date}>"}}, inputs, Params{{"date", value}});
    REQUIRE(spec.has_value());
    CHECK(spec->argv == std::vector<std::string>{"/bin/restore", "--date", value, "--x=" + value});
    CHECK(has(spec->env, "WHAT=<" + value + ">"));
    CHECK(has(spec->env, "BELFRY_PARAM_DATE=" + value));
    CHECK(has(spec->env, "BELFRY_PARAM_TO=staging"));
    CHECK(has(spec->env, "BELFRY_PARAM_NOTE="));
  }
}

TEST_CASE("jobs/input_values: F56 nothing is ever put into a script") {
  const std::string script = "echo ${param:date} $BELFRY_PARAM_DATE";
  const auto spec = spec_of(Script{.text = script}, {}, inputs, Params{{"date", "; touch x"}});
  REQUIRE(spec.has_value());
  CHECK(spec->argv.back() == script);
}

TEST_CASE("jobs/input_values: S38 a variable with a secret stands apart from what is written to a file") {
  const tests::TempDir dir;
  const std::string file = dir / "token";
  REQUIRE(replace_file(file, "hush-hush\n").has_value());
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  JobInputs with_secret = inputs;
  with_secret.secrets.push_back({.name = "token", .from = SecretSource::From::file, .where = file});
  const auto spec = spec_of(Script{.text = "x"}, {{"AUTH", "Bearer ${secret:token}"}, {"OPEN", "1"}}, with_secret, {});
  REQUIRE_MESSAGE(spec.has_value(), spec.error().what);
  CHECK(spec->secret_env == std::vector<std::string>{"AUTH=Bearer hush-hush"});
  CHECK(spec->hidden == std::vector<std::string>{"hush-hush"});
  CHECK(has(spec->env, "OPEN=1"));
  for (const std::string& variable : spec->env) CHECK(variable.find("hush") == std::string::npos);
  CHECK(::prctl(PR_GET_DUMPABLE) == 0);  // no core dump, and only root may look into this process

  const auto argument = spec_of(Command{{"/bin/echo", "${secret:token}"}}, {}, with_secret, {});
  REQUIRE_FALSE(argument.has_value());
  CHECK(argument.error().what.find("hush") == std::string::npos);
}
