#include <doctest/doctest.h>

#include <api/problem.h>

using namespace belfry;
using namespace belfry::api;

TEST_CASE("api/problem: each kind of error has one status") {
  struct Row {
    ErrorKind kind;
    int status;
  };
  for (const Row& row : {Row{ErrorKind::failed, 500}, Row{ErrorKind::bad_input, 400}, Row{ErrorKind::not_found, 404},
                         Row{ErrorKind::unreachable, 503}, Row{ErrorKind::refused, 409},
                         Row{ErrorKind::not_allowed, 403}, Row{ErrorKind::busy, 503}}) {
    CHECK(problem_from({.kind = row.kind, .what = "x"}).status == row.status);
  }
}

TEST_CASE("api/problem: the document has the RFC's members, and ours where they apply") {
  const Response plain = respond(Problem{.status = 404, .detail = "there is no job 'x'"});
  CHECK(plain.status == 404);
  CHECK(plain.content_type == "application/problem+json");
  CHECK(plain.body == "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"there is no job 'x'\"}\n");

  const RunId run = RunId::parse("01JD4Q0000000000000000000A").value();
  const Response refused = respond(Problem{.status = 409, .detail = "no", .reason = Reason::overlap, .run = run});
  CHECK(refused.body.find("\"reason\":\"overlap\",\"run\":\"01JD4Q0000000000000000000A\"") != std::string::npos);
}

TEST_CASE("api/problem: a detail that is not UTF-8 still makes a document") {
  CHECK(respond(Problem{.status = 500, .detail = "open /x\xFF: no"}).body.find("open /x\xEF\xBF\xBD: no") !=
        std::string::npos);
}
