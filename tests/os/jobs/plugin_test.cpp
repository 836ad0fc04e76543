// Plug-ins: the example, loaded and called.
#include <fstream>

#include <doctest/doctest.h>

#include <tests/os/jobs/call_bench.h>

namespace belfry::tests {
namespace {

Member text(std::string name, std::string value) { return {.name = std::move(name), .value = {std::move(value)}}; }

class PluginBench : public CallBench {
 public:
  PluginBench() {
    const auto loaded = registry().load_plugin(BELFRY_PLUGIN);
    if (!loaded) FAIL(loaded.error().what);
  }
  StartOrder greet(Arguments with) { return order_of({.name = "greet", .with = std::move(with)}); }
};

TEST_CASE("jobs/plugin: the example greets, says how far it is, and leaves a result") {
  PluginBench bench;
  const StartOrder order = bench.greet({text("whom", "world"), text("times", "2")});
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 0);
  CHECK(outcome.ended->result == "world");
  CHECK(outcome.progress.back().percent == 100);
  CHECK(bench.output(order.id) == "test-job: hello, world\ntest-job: hello, world\n");
}

TEST_CASE("jobs/plugin: a failure has the code and the words of the plug-in, and the next attempt its checkpoint") {
  PluginBench bench;
  StartOrder order = bench.greet({text("whom", "nobody")});
  const Outcome& outcome = bench.run(order);
  CHECK(outcome.ended->end.code == 3);
  CHECK(outcome.ended->detail == "nobody answered");
  order.id.attempt = order.run.attempt = 2;
  bench.run(order);
  CHECK(bench.output(order.id) == "nobody answered\n");  // it has greeted already
}

TEST_CASE("jobs/plugin: S36 its parameters are checked as those of any callable, and by itself") {
  PluginBench bench;
  const Callable* greet = bench.registry().find("greet");
  REQUIRE(greet != nullptr);
  CHECK(greet->plugin == BELFRY_PLUGIN);
  CHECK(check_arguments(*greet, {}).at(0).what == "'greet' needs the parameter 'whom'");
  const auto complaints = check_arguments(*greet, {text("whom", "x"), text("times", "1000")});
  REQUIRE(complaints.size() == 1);
  CHECK(complaints[0].parameter == "times");
  CHECK(complaints[0].what == "'times': nobody wants to be greeted so often");
}

TEST_CASE("jobs/plugin: loaded again it is the same, and what is no plug-in is refused with its reason") {
  PluginBench bench;
  CHECK(bench.registry().load_plugin(BELFRY_PLUGIN).has_value());
  CHECK(bench.registry().all().size() == 1);
  const auto refusal = [&](const std::string& path) { return bench.registry().load_plugin(path).error().what; };
  CHECK(refusal("/no/such.so").starts_with("/no/such.so: cannot open shared object file"));
  CHECK(refusal(BELFRY_NO_PLUGIN) ==
        std::string(BELFRY_NO_PLUGIN) +
            ": it has no function belfry_plugin_1: it is no plug-in, or one for another version of belfry");
  Registry other;
  REQUIRE(other.add({.name = "greet", .call = [](CallContext&) -> Result<void> { return {}; }}));
  CHECK(other.load_plugin(BELFRY_PLUGIN).error().what ==
        std::string(BELFRY_PLUGIN) + ": there is a callable 'greet' already");
}

}  // namespace
}  // namespace belfry::tests
