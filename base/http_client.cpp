#include <array>
#include <memory>

#include <curl/curl.h>

#include <base/http_client.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry {
namespace {

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* object) const { destroy(object); }
};
template <class T, void (*destroy)(T*)>
using Owned = std::unique_ptr<T, Destroy<T, destroy>>;

void destroy_multi(CURLM* multi) { curl_multi_cleanup(multi); }
using Easy = Owned<CURL, curl_easy_cleanup>;
using Multi = Owned<CURLM, destroy_multi>;
using Url = Owned<CURLU, curl_url_cleanup>;
using List = Owned<curl_slist, curl_slist_free_all>;

bool is_set_up() {
  static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return done;
}

std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK || text == nullptr) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

// "GET https://api.example.com": what may be said of a request.
std::string describe(const HttpRequest& request) {
  const Url url{curl_url()};
  if (curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK) return request.method;
  const std::string port = part_of(url, CURLUPART_PORT);
  return request.method + " " + part_of(url, CURLUPART_SCHEME) + "://" + part_of(url, CURLUPART_HOST) +
         (port.empty() ? "" : ":" + port);
}

class Exchange {
 public:
  Exchange(const HttpRequest& request, const std::stop_token& stop) : request_(request), stop_(stop) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (is_added_) curl_multi_remove_handle(multi_.get(), easy_.get());
  }

  Result<HttpResponse> run();

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    is_sound_ = is_sound_ && curl_easy_setopt(easy_.get(), option, value) == CURLE_OK;
  }
  void set_up();
  void set_up_method();
  void set_up_tls();
  Result<void> wait_for_end();
  Error failure(CURLcode code) const;

  static size_t take_head(char* bytes, size_t size, size_t count, void* self);
  static size_t take_body(char* bytes, size_t size, size_t count, void* self);

  const HttpRequest& request_;
  const std::stop_token& stop_;
  Easy easy_{curl_easy_init()};
  Multi multi_{curl_multi_init()};
  List headers_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  HttpResponse response_;
  bool is_sound_ = true;
  bool is_added_ = false;
  bool is_too_long_ = false;
};

size_t Exchange::take_head(char* bytes, size_t size, size_t count, void* self) {
  auto& response = static_cast<Exchange*>(self)->response_;
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) {  // of a redirection, or a `100 Continue`, there is one before the last
    response.head.clear();
    response.body.clear();
  }
  constexpr std::size_t head_max = 65'536;
  if (response.head.size() + line.size() <= head_max) response.head += line;
  return line.size();
}

size_t Exchange::take_body(char* bytes, size_t size, size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::string_view part(bytes, size * count);
  exchange.is_too_long_ = exchange.response_.body.size() + part.size() > exchange.request_.response_bytes_max;
  if (exchange.is_too_long_) return CURL_WRITEFUNC_ERROR;
  exchange.response_.body += part;
  return part.size();
}

void Exchange::set_up() {
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, words_.data());
  set(CURLOPT_USERAGENT, "belfry");
  set(CURLOPT_FOLLOWLOCATION, request_.redirects_max > 0 ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, static_cast<long>(request_.redirects_max));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_limit.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.limit.count()));
  set(CURLOPT_HEADERFUNCTION, &Exchange::take_head);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Exchange::take_body);
  set(CURLOPT_WRITEDATA, this);
  for (const std::string& header : request_.headers) {
    curl_slist* const longer = curl_slist_append(headers_.get(), header.c_str());
    is_sound_ = is_sound_ && longer != nullptr;
    if (longer == nullptr) break;  // no memory
    (void)headers_.release();
    headers_.reset(longer);
  }
  set(CURLOPT_HTTPHEADER, headers_.get());
  set_up_method();
  set_up_tls();
}

void Exchange::set_up_method() {
  if (request_.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
  if (!request_.body.empty() || request_.method == "POST") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.data());
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void Exchange::set_up_tls() {
  const bool verifies = request_.tls == HttpRequest::Tls::verify;
  set(CURLOPT_SSL_VERIFYPEER, verifies ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, verifies ? 2L : 0L);
  if (!request_.ca_file.empty()) set(CURLOPT_CAINFO, request_.ca_file.c_str());
}

Result<HttpResponse> Exchange::run() {
  if (!easy_ || !multi_) return std::unexpected(Error::failed("http: no memory for a request"));
  set_up();
  if (!is_sound_) return std::unexpected(Error::failed(describe(request_) + ": libcurl cannot do what is asked for"));
  is_added_ = curl_multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK;
  TRY(wait_for_end());
  long status = 0;
  curl_off_t took_us = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &took_us);
  response_.status = static_cast<int>(status);
  response_.took = std::chrono::milliseconds{took_us / 1000};
  return std::move(response_);
}

Result<void> Exchange::wait_for_end() {
  constexpr int poll_ms = 1000;
  // Called on the thread that requests the stop.
  const std::stop_callback wake(stop_, [this] { curl_multi_wakeup(multi_.get()); });
  for (int running = 1; running > 0;) {
    if (stop_.stop_requested())
      return std::unexpected(Error::failed(describe(request_) + ": stopped before it was answered"));
    const bool is_well = curl_multi_perform(multi_.get(), &running) == CURLM_OK &&
                         (running == 0 || curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr) == CURLM_OK);
    if (!is_well) return std::unexpected(Error::failed(describe(request_) + ": libcurl has failed"));
  }
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
  const CURLcode code = message != nullptr && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;
  if (code != CURLE_OK) return std::unexpected(failure(code));
  return {};
}

Error Exchange::failure(CURLcode code) const {
  const std::string what = describe(request_) + ": ";
  if (is_too_long_) {
    return Error::failed(what + "the answer is longer than " + std::to_string(request_.response_bytes_max) + " bytes");
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Error::failed(what + "no answer in " + format_duration(request_.limit) + ", or no connection in " +
                         format_duration(request_.connect_limit));
  }
  // Its own words name hosts, ports and certificates; those for a redirection or a bad URL could name more.
  const bool may_tell_url = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
                            code == CURLE_TOO_MANY_REDIRECTS || words_[0] == '\0';
  std::string why = may_tell_url ? curl_easy_strerror(code) : words_.data();
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    why += "; if you know who vouches for this server, name the file with his certificate in 'ca_file'";
  } else if (code == CURLE_SSL_CACERT_BADFILE) {
    why += "; the system's certificates come with the package ca-certificates, others are named in 'ca_file'";
  }
  return Error::failed(what + why);
}

}  // namespace

std::string why_no_http_url(const std::string& url) {
  const Url parsed{curl_url()};
  const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK) return curl_url_strerror(code);
  const std::string scheme = part_of(parsed, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return "the scheme is '" + scheme + "'";
  return part_of(parsed, CURLUPART_HOST).empty() ? "there is no host" : "";
}

Result<HttpResponse> ask(const HttpRequest& request, const std::stop_token& stop) {
  if (!is_set_up()) return std::unexpected(Error::failed("http: libcurl cannot be set up"));
  return Exchange(request, stop).run();
}

}  // namespace belfry
