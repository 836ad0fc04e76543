#include <doctest/doctest.h>

#include <cli/http_response.h>

using namespace belfry;
using namespace belfry::cli;

namespace {

Result<HttpResponse> read_in_pieces(std::string_view bytes, std::size_t piece) {
  HttpResponseReader reader;
  for (std::size_t at = 0; at < bytes.size() && !reader.is_complete(); at += piece) {
    if (auto fed = reader.feed(bytes.substr(at, piece)); !fed) return std::unexpected(fed.error());
  }
  if (!reader.is_complete()) {
    if (auto ended = reader.end(); !ended) return std::unexpected(ended.error());
  }
  return reader.take();
}

}  // namespace

TEST_CASE("cli/http_response: a response is the same however it is torn") {
  struct Row {
    const char* bytes;
    int status;
    const char* body;
  };
  for (const Row& row : {
           Row{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"},
           Row{"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202, ""},
           Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\nA;x=y\r\nlo, world!\r\n0\r\nT: "
               "x\r\n\r\n",
               200, "hello, world!"},
           Row{"HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\n", 200, ""},
           Row{"HTTP/1.0 404 Not Found\r\n\r\nto the end\r\n", 404, "to the end\r\n"},
           Row{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 X\r\nContent-Length: 1\r\n\r\n!", 503, "!"},
           Row{"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
           Row{"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200,
               "hi"},  // bare line feeds, as the RFC lets readers accept
       }) {
    CAPTURE(row.bytes);
    for (std::size_t piece = 1; piece <= std::string_view(row.bytes).size(); ++piece) {
      const auto response = read_in_pieces(row.bytes, piece);
      REQUIRE(response.has_value());
      CHECK(response->status == row.status);
      CHECK(response->body == row.body);
    }
  }
}

TEST_CASE("cli/http_response: headers are found in any case, without the blanks around them") {
  const auto response = read_in_pieces("HTTP/1.1 200 OK\r\nX-One:  a b \r\nx-two:\r\nContent-Length: 0\r\n\r\n", 7);
  REQUIRE(response.has_value());
  CHECK(response->header("x-ONE") == "a b");
  CHECK(response->header("X-Two") == "");
  CHECK_FALSE(response->header("X-Three").has_value());
}

TEST_CASE("cli/http_response: what is cut short or is not HTTP is an error, never a short answer") {
  for (const char* bad : {
           "",
           "HTTP/1.1 200 OK\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
           "SSH-2.0-OpenSSH\r\n",
           "HTTP/1.1 abc\r\n\r\n",
       }) {
    CAPTURE(bad);
    CHECK_FALSE(read_in_pieces(bad, 4).has_value());
  }
}

TEST_CASE("cli/http_response: a head without end is refused at its bound") {
  HttpResponseReader reader;
  REQUIRE(reader.feed("HTTP/1.1 200 OK\r\n").has_value());
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  int lines = 0;
  while (reader.feed(line).has_value()) REQUIRE(++lines < 100);
  CHECK(lines >= 60);  // 64 KiB
  HttpResponseReader endless;
  CHECK_FALSE(endless.feed(std::string(HttpResponseReader::head_bytes_max + 1, 'x')).has_value());
}

TEST_CASE("cli/http_response: a sink gets the body of a success as it comes, and nothing of a refusal") {
  std::string got;
  std::string from;
  HttpResponseReader reader([&](const HttpResponse& head, std::string_view bytes) {
    from = head.header("X-From").value_or("");
    got += bytes;
  });
  REQUIRE(reader.feed("HTTP/1.1 200 OK\r\nX-From: 7\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc").has_value());
  CHECK(got == "abc");  // before the response is complete
  CHECK(from == "7");
  REQUIRE(reader.feed("\r\n2\r\nde\r\n0\r\n\r\n").has_value());
  CHECK(reader.is_complete());
  CHECK(got == "abcde");
  CHECK(reader.take().body.empty());

  HttpResponseReader refused([&](const HttpResponse&, std::string_view bytes) { got += bytes; });
  REQUIRE(refused.feed("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno").has_value());
  CHECK(refused.take().body == "no");
  CHECK(got == "abcde");
}
