// Problem documents (RFC 9457): how the API says no.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <belfry/error.h>
#include <belfry/names.h>
#include <belfry/outcome.h>

#include <api/message.h>

namespace belfry::api {

struct Problem {
  int status = 500;
  std::string detail;  // one sentence for a person: the subject, the rule, the cure

  // Members beyond the RFC's, where they apply.
  Reason reason = Reason::none;
  std::optional<RunId> run;  // the run that is in the way

  // What is wrong in a body, or in a file, one by one.
  struct Flaw {
    std::string pointer;  // "/params/date"; empty: it stands in a file
    std::string file;
    std::size_t line = 0;  // from 1; 0: the file as a whole
    std::size_t column = 0;
    std::string detail;
    std::string hint;  // what to write there; may be empty
  };
  std::vector<Flaw> errors;
};

Problem problem_from(const Error& error);

// application/problem+json
Response respond(const Problem& problem);

// The phrase that goes with a status: "Not Found".
std::string_view status_title(int status);

}  // namespace belfry::api
