#include <cerrno>

#include <api/json.h>
#include <api/problem.h>

namespace belfry::api {

namespace {

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_input:
      return 400;
    case ErrorKind::not_allowed:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::refused:
      return 409;
    case ErrorKind::unreachable:
    case ErrorKind::busy:
      return 503;
    case ErrorKind::failed:
      break;
  }
  return 500;
}

}  // namespace

// What the machine lacks at the moment is no fault of the request, nor of the daemon.
Problem problem_from(const Error& error) {
  const bool lacks_something =
      error.sys_errno == EMFILE || error.sys_errno == ENFILE || error.sys_errno == ENOMEM || error.sys_errno == EAGAIN;
  return {.status = lacks_something ? 503 : status_of(error.kind), .detail = error.what};
}

Response respond(const Problem& problem) {
  return {.status = problem.status, .content_type = "application/problem+json", .body = problem_json(problem)};
}

std::string_view status_title(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 416:
      return "Range Not Satisfiable";
    case 422:
      return "Unprocessable Content";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

}  // namespace belfry::api
