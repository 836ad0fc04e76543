// A small HTTP server on the loopback interface, for one test: it answers each connection with what the test says.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace belfry::tests {

class HttpServer {
 public:
  // `answer` gets the request's head and body, and gives all that is sent back. An empty answer: none ever comes.
  explicit HttpServer(std::function<std::string(const std::string& request)> answer);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

 private:
  void serve();
  void answer(int connection);

  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1;
  int stop_ = -1;
  int port_ = 0;
  std::thread thread_;
};

// With its Content-Length.
std::string http_answer(const std::string& status, const std::string& body, const std::string& headers = "");

}  // namespace belfry::tests
