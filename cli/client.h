// A small blocking HTTP/1.1 client over a Unix socket.
//
// Theory of operation. One connection per request: connect, send, read to the end of the response, close. Every wait
// has a limit, and a wait can be broken off by a descriptor that becomes readable (Ctrl-C, interrupt.h). Written by
// hand because it is this little: libcurl would do the same, but loading it and what it links costs every command 15
// milliseconds, more than all the rest of `belfry list`.
#pragma once

#include <string>

#include <belfry/error.h>
#include <belfry/time.h>

#include <cli/http_response.h>

namespace belfry::cli {

struct HttpRequest {
  std::string method = "GET";
  std::string target;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  Millis patience = std::chrono::seconds{30};  // without a byte from the other side
  int break_off_fd = -1;                       // -1: none
  HttpResponseReader::BodySink on_body = {};   // the body of a success goes there, as it comes, and is not kept
};

// What went wrong on the way is in the error's sys_errno: ECONNREFUSED, ENOENT, EACCES and so on as connect() said,
// ETIMEDOUT when patience ran out, ECANCELED when it was broken off.
Result<HttpResponse> send_request(const std::string& socket_path, const HttpRequest& request);

}  // namespace belfry::cli
