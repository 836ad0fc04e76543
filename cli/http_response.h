// HTTP/1.1 responses, read from bytes in whatever pieces they come. No input or output.
//
// Theory of operation. Bytes go in by feed(); they are kept until a whole element is there: a line, a counted body, a
// chunk. Interim responses (1xx) are passed over. The body ends by its length, by its last chunk, or, where neither
// is announced, at the end of the connection.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <belfry/error.h>

namespace belfry::cli {

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The first header of that name, in any case.
  std::optional<std::string_view> header(std::string_view name) const;
};

class HttpResponseReader {
 public:
  static constexpr std::size_t head_bytes_max = 64U << 10U;
  static constexpr std::size_t body_bytes_max = 64U << 20U;

  // Takes the bytes of a body as they come; `head` is the response without its body. It may be called with no bytes.
  using BodySink = std::function<void(const HttpResponse& head, std::string_view bytes)>;

  HttpResponseReader() = default;
  // With a sink the body of a response that is a success is not kept, and has no bound.
  explicit HttpResponseReader(BodySink sink) : sink_(std::move(sink)) {}

  // Refused: what is not HTTP/1.1, and what is larger than the bounds.
  Result<void> feed(std::string_view bytes);

  // The connection ended. Refused: in the middle of a response.
  Result<void> end();

  bool is_complete() const { return expects_ == Expects::nothing; }

  // REQUIRES: is_complete().
  HttpResponse take() { return std::move(response_); }

 private:
  enum class Expects { status_line, header, counted_body, body_to_end, chunk_size, chunk, chunk_end, trailer, nothing };

  Result<bool> step();  // false: more bytes are needed
  Result<void> read_line(std::string_view line);
  Result<void> read_status_line(std::string_view line);
  Result<void> read_header(std::string_view line);
  Result<void> read_chunk_size(std::string_view line);
  Result<void> end_head();
  Result<void> expect_bytes(std::size_t count, Expects kind);

  Result<void> take_body(std::string_view bytes);

  BodySink sink_;
  Expects expects_ = Expects::status_line;
  std::string pending_;
  std::size_t read_ = 0;        // of pending_, already understood
  std::size_t bytes_left_ = 0;  // of the body or the chunk
  std::size_t head_bytes_ = 0;
  HttpResponse response_;
};

}  // namespace belfry::cli
