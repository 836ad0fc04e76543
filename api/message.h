// Requests and responses, whoever carries them: the HTTP server, a test, or the command line without a daemon.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace belfry::api {

struct Header {
  std::string name;
  std::string value;
};

// Who is at the other end of a Unix socket, as the kernel noted when they connected (S40).
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
};

struct Request {
  std::string method;
  std::string target;           // as sent: path and query, still percent-encoded
  std::vector<Header> headers;  // names as sent; compare them without case
  std::string body;
  Peer peer;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers = {};
};

// Gives the answer, now or later. Called at most once; what comes after that is ignored. If the client is gone, so is
// the answer.
using Reply = std::function<void(Response)>;

}  // namespace belfry::api
