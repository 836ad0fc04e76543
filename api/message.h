// Requests and responses, whoever carries them: the HTTP server, a test, or the command line without a daemon.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/time.h>

namespace belfry::api {

struct Header {
  std::string name;
  std::string value;
};

// Who is at the other end of a Unix socket, as the kernel noted when they connected (S40).
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups = {};  // the supplementary ones
  pid_t pid = 0;
};

struct Request {
  std::string method;
  std::string target;           // as sent: path and query, still percent-encoded
  std::vector<Header> headers;  // names as sent; compare them without case
  std::string body;
  Peer peer;
  // Expires when the client has gone away: what is kept for its sake may then be dropped. None: nobody can say.
  std::optional<std::weak_ptr<const void>> client = {};
};

// The first header of that name, in any case.
std::optional<std::string_view> header_of(const Request& request, std::string_view name);

// A body that is written as it comes about, for as long as the client listens.
class BodyStream {
 public:
  virtual ~BodyStream() = default;

  // How long until read() may have something; zero: now.
  virtual Millis ready_in() = 0;

  // Up to `max` bytes; empty: nothing at the moment. REQUIRES: not is_over().
  virtual std::string read(std::size_t max) = 0;

  virtual bool is_over() const = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers = {};
  std::shared_ptr<BodyStream> stream = {};  // set: instead of `body`
};

// Gives the answer, now or later. Called at most once; what comes after that is ignored. If the client is gone, so is
// the answer.
using Reply = std::function<void(Response)>;

}  // namespace belfry::api
