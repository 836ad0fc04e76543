#include <strings.h>

#include <algorithm>
#include <charconv>

#include <base/text.h>
#include <base/try.h>
#include <cli/http_response.h>

namespace belfry::cli {

namespace {

Error not_http(const std::string& why) { return Error::failed("the answer is not HTTP/1.1: " + why); }

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<std::size_t> parse_hexadecimal(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return std::nullopt;
}

Result<void> HttpResponseReader::feed(std::string_view bytes) {
  pending_ += bytes;
  while (TRY(step())) {
  }
  pending_.erase(0, read_);
  read_ = 0;
  return {};
}

Result<void> HttpResponseReader::end() {
  if (expects_ == Expects::body_to_end) expects_ = Expects::nothing;
  if (!is_complete()) return std::unexpected(not_http("it ends in the middle"));
  return {};
}

Result<bool> HttpResponseReader::step() {
  const std::string_view rest = std::string_view(pending_).substr(read_);
  switch (expects_) {
    case Expects::nothing:
      return false;
    case Expects::counted_body:
    case Expects::chunk:
    case Expects::body_to_end: {
      const std::size_t count = expects_ == Expects::body_to_end ? rest.size() : std::min(bytes_left_, rest.size());
      TRY(take_body(rest.substr(0, count)));
      read_ += count;
      if (expects_ == Expects::body_to_end) return false;
      bytes_left_ -= count;
      if (bytes_left_ > 0) return false;
      expects_ = expects_ == Expects::chunk ? Expects::chunk_end : Expects::nothing;
      return true;
    }
    default:
      break;
  }
  const auto end = rest.find('\n');
  const std::size_t length = end == std::string_view::npos ? rest.size() : end + 1;
  if (head_bytes_ + length > head_bytes_max) return std::unexpected(not_http("the head is too large"));
  if (end == std::string_view::npos) return false;
  read_ += length;
  TRY(read_line(rest.substr(0, end > 0 && rest[end - 1] == '\r' ? end - 1 : end)));
  return true;
}

Result<void> HttpResponseReader::take_body(std::string_view bytes) {
  if (sink_ && response_.status < 300) {
    sink_(response_, bytes);
    return {};
  }
  if (response_.body.size() + bytes.size() > body_bytes_max) return std::unexpected(not_http("the body is too large"));
  response_.body += bytes;
  return {};
}

Result<void> HttpResponseReader::read_line(std::string_view line) {
  head_bytes_ += line.size();
  switch (expects_) {
    case Expects::status_line:
      return read_status_line(line);
    case Expects::header:
      return line.empty() ? end_head() : read_header(line);
    case Expects::chunk_size:
      return read_chunk_size(line);
    case Expects::chunk_end:
      head_bytes_ = 0;
      expects_ = Expects::chunk_size;
      return line.empty() ? Result<void>{} : std::unexpected(not_http("a chunk is longer than it says"));
    default:  // a trailer: nothing in there is for us
      if (line.empty()) expects_ = Expects::nothing;
      return {};
  }
}

Result<void> HttpResponseReader::read_status_line(std::string_view line) {
  const auto status = line.size() >= 12 ? parse_unsigned(line.substr(9, 3)) : std::nullopt;
  if (!line.starts_with("HTTP/1.") || line[8] != ' ' || !status) {
    return std::unexpected(not_http("it begins with '" + std::string(line.substr(0, 40)) + "'"));
  }
  response_ = {.status = static_cast<int>(*status), .headers = {}, .body = {}};
  expects_ = Expects::header;
  return {};
}

Result<void> HttpResponseReader::read_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return std::unexpected(not_http("a header has no colon"));
  response_.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  return {};
}

Result<void> HttpResponseReader::read_chunk_size(std::string_view line) {
  const auto size = parse_hexadecimal(trim(line.substr(0, line.find(';'))));
  if (!size) return std::unexpected(not_http("a chunk has no size"));
  if (*size > 0) return expect_bytes(*size, Expects::chunk);
  expects_ = Expects::trailer;
  return {};
}

Result<void> HttpResponseReader::end_head() {
  head_bytes_ = 0;
  if (response_.status < 200) {
    expects_ = Expects::status_line;
    return {};
  }
  if (const auto coding = response_.header("Transfer-Encoding")) {
    if (!same_name(*coding, "chunked")) return std::unexpected(not_http("unknown transfer coding"));
    expects_ = Expects::chunk_size;
    return {};
  }
  if (response_.status == 204 || response_.status == 304) return expect_bytes(0, Expects::counted_body);
  const auto length = response_.header("Content-Length");
  if (!length) {
    expects_ = Expects::body_to_end;
    return {};
  }
  const auto count = parse_unsigned(*length);
  if (!count) return std::unexpected(not_http("the length of the body is no number"));
  return expect_bytes(*count, Expects::counted_body);
}

Result<void> HttpResponseReader::expect_bytes(std::size_t count, Expects kind) {
  if (count > body_bytes_max) return std::unexpected(not_http("the body is too large"));
  bytes_left_ = count;
  expects_ = kind;
  return {};
}

}  // namespace belfry::cli
