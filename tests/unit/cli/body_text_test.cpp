#include <doctest/doctest.h>

#include <cli/body_text.h>

using namespace belfry::cli;

TEST_CASE("cli/body_text: what is set becomes one JSON object, what says nothing is left out") {
  BodyText body;
  body.text("reason", "say \"no\"").text("until", "").flag("all", false).flag("dry_run", true).number("next", 0);
  body.texts("tags", {"a", "b"}).texts("jobs", {});
  CHECK(body.take() == R"({"reason":"say \"no\"","dry_run":true,"next":0,"tags":["a","b"]})");
  CHECK(BodyText().take() == "{}");
}
