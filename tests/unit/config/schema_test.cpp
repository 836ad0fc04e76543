#include <string>

#include <doctest/doctest.h>

#include <config/schema.h>

using namespace belfry;
using namespace belfry::config;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("config/schema: S36 the schema says of a key what the decoder says") {
  const std::string schema = json_schema();
  CHECK(schema.starts_with(R"({"$schema":"http://json-schema.org/draft-07/schema#")"));
  CHECK(holds(schema,
              R"("priority":{"description":"Within a queue, a higher one goes first.","default":0,"type":"integer",)"
              R"("minimum":-1000,"maximum":1000})"));
  CHECK(holds(schema, R"("shell":{"description":"The shell of 'run': sh -eu, or bash -eu -o pipefail.","default":"sh",)"
                      R"("enum":["sh","bash"]})"));
  CHECK(holds(schema, R"("dependencies":{"shell":["run"],"with":["call"]})"));
  CHECK(holds(schema, R"({"oneOf":[{"required":["run"]},{"required":["command"]},{"required":["call"]}]})"));
  CHECK(holds(schema, R"({"not":{"required":["delay","delays"]}})"));
  CHECK(holds(schema, R"({"const":"none"})"));
  CHECK(holds(schema, R"("additionalProperties":false)"));
}

TEST_CASE("config/schema: a key is described wherever it stands") {
  CHECK(describe_key("retry.max") ==
        "jobs.retry.max\n  How many starts may follow the first.\n  Takes a whole number from 0 to 1000.\n  By default "
        "0.\n");
  CHECK(holds(describe_key("timeout").value(), "By default none.\n"));
  const std::string everywhere = describe_key("max").value();
  CHECK(holds(everywhere, "jobs.missed.max\n"));
  CHECK(holds(everywhere, "jobs.output.max\n"));
  const std::string retry = describe_key("retry").value();
  CHECK(holds(retry, "Takes a map such as { max: 3, delay: 1m }, or none.\n"));
  CHECK(holds(retry, "May stand in 'defaults'.\n"));
  CHECK(holds(retry, "Keys within: max, delay, backoff,"));
  CHECK(holds(describe_key("shell").value(), "Goes with 'run'.\n"));
  CHECK_FALSE(holds(describe_key("command").value(), "defaults"));
  CHECK(describe_key("concurrency").value().starts_with("queues.concurrency\n"));
}

TEST_CASE("config/schema: S36 a key that there is not, is answered with the nearest") {
  CHECK(describe_key("time_out").error().what == "there is no key 'time_out'; did you mean 'timeout'?");
  CHECK(describe_key("time_out").error().kind == ErrorKind::not_found);
}
