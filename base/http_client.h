// One HTTP request to somebody else's server: the only file that names libcurl.
//
// What may be secret, the path and query of the URL, headers and bodies, is never part of an error: it names the scheme
// and the host.
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>

namespace belfry {

struct HttpRequest {
  enum class Tls { verify, trust_anybody };

  std::string method = "GET";
  std::string url;                   // http or https
  std::vector<std::string> headers;  // "Name: value"
  std::string body;                  // empty: none
  Tls tls = Tls::verify;
  std::string ca_file;  // empty: the system's
  int redirects_max = 0;
  std::chrono::milliseconds connect_limit = std::chrono::seconds{10};
  std::chrono::milliseconds limit = std::chrono::seconds{60};
  std::size_t response_bytes_max = 1U << 20U;  // of the body; beyond it the request has failed
};

struct HttpResponse {
  int status = 0;
  std::string head;  // of the last response, status line and headers
  std::string body;
  std::chrono::milliseconds took{};
};

// Why a text is no URL that can be asked; empty: it is one.
std::string why_no_http_url(const std::string& url);

// Blocks until there is an answer, a limit is over, or `stop` is requested, which takes effect at once. An answer of
// any status is an answer. THREADS: any.
Result<HttpResponse> ask(const HttpRequest& request, const std::stop_token& stop);

}  // namespace belfry
