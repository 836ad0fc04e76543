#include <microhttpd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <api/acceptor.h>
#include <api/http.h>
#include <api/problem.h>
#include <api/unix_socket.h>
#include <base/memory.h>
#include <base/poller.h>
#include <base/text.h>
#include <base/try.h>
#include <base/verify.h>

namespace belfry::api {

namespace {

constexpr unsigned silence_seconds_max = 30;
constexpr std::size_t connection_memory_bytes = 32U << 10U;
constexpr std::size_t stream_block_bytes = 16U << 10U;
constexpr int farewell_rounds = 16;
constexpr std::uint64_t library_token = 0;
constexpr std::uint64_t listener_token = 1;
constexpr int accepted_at_once = 64;
constexpr Millis request_limit = std::chrono::minutes{1};

// From the first line of a request to the last byte of its response.
struct Exchange {
  enum class Phase { head, body, handled };

  MHD_Connection* connection = nullptr;
  Phase phase = Phase::head;
  enum class Suspended { no, until_reply, until_stream };

  Suspended suspended = Suspended::no;
  bool has_hung_up = false;
  std::uint64_t token = 0;
  Request request;
  std::optional<Response> response;
  std::function<ssize_t(std::span<char>)> read;  // of its stream
};

enum MHD_Result add_header(void* headers, MHD_ValueKind, const char* name, const char* value) {
  static_cast<std::vector<Header>*>(headers)->push_back({name, value != nullptr ? value : ""});
  return MHD_YES;
}

std::uint64_t announced_body_bytes(MHD_Connection* connection) {
  const char* length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
  return length != nullptr ? parse_unsigned(length).value_or(0) : 0;
}

// The library copies the body: the exchange may be gone before the last byte is sent.
MHD_Response* make_response(const Response& response) {
  return MHD_create_response_from_buffer(response.body.size(), const_cast<char*>(response.body.data()),
                                         MHD_RESPMEM_MUST_COPY);
}

// Takes the reference to `out`.
enum MHD_Result queue(MHD_Connection* connection, const Response& response, MHD_Response* out) {
  if (out == nullptr) return MHD_NO;
  MHD_add_response_header(out, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
  for (const Header& header : response.headers) MHD_add_response_header(out, header.name.c_str(), header.value.c_str());
  const auto queued = MHD_queue_response(connection, static_cast<unsigned>(response.status), out);
  MHD_destroy_response(out);
  return queued;
}

enum MHD_Result queue(MHD_Connection* connection, const Response& response) {
  return queue(connection, response, make_response(response));
}

int socket_of(MHD_Connection* connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

Response too_large() { return respond({.status = 413, .detail = "the body of a request may hold 1 MiB at most"}); }

// Everything is a copy of something the daemon holds anyway, so its own memory is hardly at an end; a limit is.
Response no_memory() { return respond({.status = 503, .detail = "there is not enough memory to answer this now"}); }

Response shutting_down() { return respond({.status = 503, .detail = "the daemon is stopping"}); }

}  // namespace

class HttpServer::State {
 public:
  explicit State(Handler handler) : handler_(std::move(handler)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { stop(); }

  Result<void> start(Options options);
  int fd() const { return poller_->fd(); }
  std::optional<Millis> timeout() const;
  void dispatch();

 private:
  void stop();
  void reply(Exchange& exchange, Response response);
  void suspend(Exchange& exchange, Exchange::Suspended until);
  void resume(Exchange& exchange);
  void close_laggards();
  void look_around();
  void accept();
  void notice_hangup(std::uint64_t token);
  void wake_streams();
  enum MHD_Result queue_stream(Exchange& exchange);
  ssize_t read_stream(Exchange& exchange, std::span<char> buffer);
  enum MHD_Result proceed(Exchange& exchange, const char* method, std::string_view upload);
  enum MHD_Result begin(Exchange& exchange, const char* method);
  enum MHD_Result finish(Exchange& exchange);
  void handle(const std::shared_ptr<Exchange>& exchange);

  unsigned connections() const;

  // The library's callbacks.
  static void* on_first_line(void* self, const char* target, MHD_Connection* connection);
  static enum MHD_Result on_request(void* self, MHD_Connection* connection, const char* url, const char* method,
                                    const char* version, const char* upload, std::size_t* upload_size, void** exchange);
  static ssize_t on_read(void* exchange, std::uint64_t position, char* buffer, std::size_t max);
  static void on_connection(void* self, MHD_Connection* connection, void** context,
                            MHD_ConnectionNotificationCode what);
  static void on_completed(void* self, MHD_Connection* connection, void** exchange, MHD_RequestTerminationCode);

  Handler handler_;
  MHD_Daemon* daemon_ = nullptr;
  unsigned connections_max_ = 0;
  bool has_resumed_ = false;
  std::uint64_t last_token_ = listener_token;
  std::optional<Acceptor> acceptor_;
  bool accepts_ = true;  // the poller watches the listener
  std::function<BootTime()> now_;
  std::unordered_map<MHD_Connection*, BootTime> due_;  // by when the request must be here
  std::optional<Poller> poller_;                       // of the library's descriptor and of the suspended connections
  std::unordered_map<const Exchange*, std::shared_ptr<Exchange>> exchanges_;
};

Result<void> HttpServer::State::start(Options options) {
  connections_max_ = options.connections_max;
  now_ = std::move(options.now);
  constexpr unsigned how = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
  daemon_ = MHD_start_daemon(how, 0, nullptr, nullptr, &State::on_request, this,           //
                             MHD_OPTION_CONNECTION_LIMIT, options.connections_max,         //
                             MHD_OPTION_CONNECTION_TIMEOUT, silence_seconds_max,           //
                             MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory_bytes,  //
                             MHD_OPTION_URI_LOG_CALLBACK, &State::on_first_line, this,     //
                             MHD_OPTION_NOTIFY_COMPLETED, &State::on_completed, this,      //
                             MHD_OPTION_NOTIFY_CONNECTION, &State::on_connection, this,    //
                             MHD_OPTION_END);
  if (daemon_ == nullptr) return std::unexpected(system_error("MHD_start_daemon", ""));
  poller_.emplace(TRY(Poller::open()));
  acceptor_.emplace(std::move(options.listener));
  TRY(poller_->add(acceptor_->fd(), listener_token));
  return poller_->add(MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, library_token);
}

// The library must not be stopped while a connection is suspended.
void HttpServer::State::stop() {
  if (daemon_ == nullptr) return;
  for (auto& [key, exchange] : exchanges_) {
    if (exchange->suspended == Exchange::Suspended::until_reply) reply(*exchange, shutting_down());
    exchange->has_hung_up = true;  // for a stream: it ends here
    if (exchange->suspended == Exchange::Suspended::until_stream) resume(*exchange);
  }
  for (int round = 0; round < farewell_rounds && !exchanges_.empty(); ++round) dispatch();
  MHD_stop_daemon(daemon_);
  VERIFY(exchanges_.empty());
}

std::optional<Millis> HttpServer::State::timeout() const {
  if (has_resumed_) return Millis{0};
  std::optional<Millis> limit;
  MHD_UNSIGNED_LONG_LONG ms = 0;
  if (MHD_get_timeout(daemon_, &ms) == MHD_YES) {
    limit = Millis{static_cast<std::int64_t>(std::min<MHD_UNSIGNED_LONG_LONG>(ms, silence_seconds_max * 1000))};
  }
  const BootTime now = now_();
  for (const auto& [connection, due] : due_) {
    if (due != BootTime::max()) limit = std::min(limit.value_or(Millis::max()), std::max(Millis{0}, due - now));
  }
  for (const auto& [key, exchange] : exchanges_) {
    if (exchange->suspended != Exchange::Suspended::until_stream) continue;
    const Millis wish = exchange->response->stream->ready_in();
    limit = std::min(limit.value_or(wish), wish);
  }
  return limit;
}

void HttpServer::State::dispatch() {
  close_laggards();
  look_around();
  wake_streams();
  has_resumed_ = false;
  MHD_run(daemon_);
  if (!accepts_ && connections() < connections_max_)
    accepts_ = poller_->add(acceptor_->fd(), listener_token).has_value();
}

unsigned HttpServer::State::connections() const {
  return MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
}

// What is left for its connection the library finds out by itself.
void HttpServer::State::close_laggards() {
  const BootTime now = now_();
  for (const auto& [connection, due] : due_) {
    if (now >= due) ::shutdown(socket_of(connection), SHUT_RDWR);
  }
}

void HttpServer::State::look_around() {
  const auto ready = poller_->wait(Millis{0});
  if (!ready) return;
  for (const std::uint64_t token : std::vector(ready->begin(), ready->end())) {
    if (token == listener_token) {
      accept();
    } else if (token != library_token) {
      notice_hangup(token);
    }
  }
}

// The library would spin on a connection that it cannot accept, so it gets those that were. Who finds no place waits:
// meanwhile nobody looks at the listener.
void HttpServer::State::accept() {
  for (int taken = 0; taken < accepted_at_once; ++taken) {
    if (connections() >= connections_max_) {
      poller_->remove(acceptor_->fd());
      accepts_ = false;
      return;
    }
    std::optional<Fd> connection = acceptor_->take();
    if (!connection) return;
    sockaddr_un unnamed{};
    unnamed.sun_family = AF_UNIX;
    // It closes what it cannot take.
    (void)MHD_add_connection(daemon_, connection->release(), reinterpret_cast<const sockaddr*>(&unnamed),
                             sizeof unnamed.sun_family);
    MHD_run(daemon_);  // only then it counts
  }
}

void HttpServer::State::notice_hangup(std::uint64_t token) {
  const auto found = std::find_if(exchanges_.begin(), exchanges_.end(),
                                  [&](const auto& entry) { return entry.second->token == token; });
  if (found == exchanges_.end()) return;
  // The library finds out by itself once it tries to write.
  found->second->has_hung_up = true;
  if (!found->second->response) found->second->response = shutting_down();
  resume(*found->second);
}

void HttpServer::State::wake_streams() {
  for (const auto& [key, exchange] : exchanges_) {
    const bool sleeps = exchange->suspended == Exchange::Suspended::until_stream;
    if (sleeps && exchange->response->stream->ready_in() == Millis{0}) resume(*exchange);
  }
}

void HttpServer::State::suspend(Exchange& exchange, Exchange::Suspended until) {
  exchange.suspended = until;
  exchange.token = ++last_token_;
  // Without a watch on it, its end is noticed when the answer is written.
  static_cast<void>(poller_->add_for_hangup(socket_of(exchange.connection), exchange.token));
  MHD_suspend_connection(exchange.connection);
}

void HttpServer::State::resume(Exchange& exchange) {
  if (exchange.suspended == Exchange::Suspended::no) return;
  exchange.suspended = Exchange::Suspended::no;
  poller_->remove(socket_of(exchange.connection));
  has_resumed_ = true;
  MHD_resume_connection(exchange.connection);
}

void HttpServer::State::reply(Exchange& exchange, Response response) {
  if (exchange.response) return;
  exchange.response = std::move(response);
  resume(exchange);
}

enum MHD_Result HttpServer::State::proceed(Exchange& exchange, const char* method, std::string_view upload) {
  if (exchange.phase == Exchange::Phase::head) return begin(exchange, method);
  if (upload.empty()) return finish(exchange);
  // A body of unannounced length that turns out too long: there is no polite way to stop it.
  if (exchange.request.body.size() + upload.size() > body_bytes_max) return MHD_NO;
  exchange.request.body += upload;
  return MHD_YES;
}

enum MHD_Result HttpServer::State::begin(Exchange& exchange, const char* method) {
  exchange.phase = Exchange::Phase::body;
  if (announced_body_bytes(exchange.connection) > body_bytes_max) return queue(exchange.connection, too_large());
  exchange.request.method = method;
  MHD_get_connection_values(exchange.connection, MHD_HEADER_KIND, &add_header, &exchange.request.headers);
  const auto peer = peer_of(socket_of(exchange.connection));
  if (!peer) return MHD_NO;
  exchange.request.peer = *peer;
  return MHD_YES;
}

// The request is complete; called once more when a suspended connection was resumed.
enum MHD_Result HttpServer::State::finish(Exchange& exchange) {
  if (exchange.phase == Exchange::Phase::body) handle(exchanges_.at(&exchange));
  if (!exchange.response) {
    suspend(exchange, Exchange::Suspended::until_reply);
    return MHD_YES;
  }
  return exchange.response->stream ? queue_stream(exchange) : queue(exchange.connection, *exchange.response);
}

enum MHD_Result HttpServer::State::queue_stream(Exchange& exchange) {
  exchange.read = [this, &exchange](std::span<char> buffer) { return read_stream(exchange, buffer); };
  MHD_Response* out =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, stream_block_bytes, &State::on_read, &exchange, nullptr);
  return queue(exchange.connection, *exchange.response, out);
}

ssize_t HttpServer::State::read_stream(Exchange& exchange, std::span<char> buffer) {
  BodyStream& stream = *exchange.response->stream;
  if (exchange.has_hung_up || stream.is_over()) return MHD_CONTENT_READER_END_OF_STREAM;
  const std::string bytes = stream.read(buffer.size());
  std::copy(bytes.begin(), bytes.end(), buffer.begin());
  if (!bytes.empty()) return static_cast<ssize_t>(bytes.size());
  if (stream.is_over()) return MHD_CONTENT_READER_END_OF_STREAM;
  suspend(exchange, Exchange::Suspended::until_stream);
  return 0;
}

void HttpServer::State::handle(const std::shared_ptr<Exchange>& exchange) {
  exchange->phase = Exchange::Phase::handled;
  due_[exchange->connection] = BootTime::max();  // from here on it waits for us
  // The exchange dies with its connection, and all of them before the State: a late reply finds nobody.
  exchange->request.client = exchange;
  // An exception must not cross the library, which is C. There is one that a sound handler may throw (F12).
  const bool was_handled = with_memory([&] {
    handler_(exchange->request, [this, weak = std::weak_ptr(exchange)](Response response) {
      if (const auto strong = weak.lock()) reply(*strong, std::move(response));
    });
  });
  if (!was_handled) reply(*exchange, no_memory());
}

// The target is taken here, where it is still as it was sent: later the library hands out a C string, in which %00
// would hide the rest.
void* HttpServer::State::on_first_line(void* self, const char* target, MHD_Connection* connection) {
  auto exchange = std::make_shared<Exchange>();
  exchange->connection = connection;
  exchange->request.target = target;
  Exchange* key = exchange.get();
  static_cast<State*>(self)->exchanges_.emplace(key, std::move(exchange));
  return key;
}

enum MHD_Result HttpServer::State::on_request(void* self, MHD_Connection*, const char*, const char* method, const char*,
                                              const char* upload, std::size_t* upload_size, void** exchange) {
  const std::string_view bytes(upload, *upload_size);
  *upload_size = 0;
  return static_cast<State*>(self)->proceed(*static_cast<Exchange*>(*exchange), method, bytes);
}

ssize_t HttpServer::State::on_read(void* exchange, std::uint64_t, char* buffer, std::size_t max) {
  return static_cast<Exchange*>(exchange)->read({buffer, max});
}

void HttpServer::State::on_connection(void* self, MHD_Connection* connection, void**,
                                      MHD_ConnectionNotificationCode what) {
  auto& server = *static_cast<State*>(self);
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
    server.due_.erase(connection);
  } else {
    server.due_[connection] = server.now_() + request_limit;
  }
}

void HttpServer::State::on_completed(void* self, MHD_Connection* connection, void** exchange,
                                     MHD_RequestTerminationCode) {
  auto& server = *static_cast<State*>(self);
  server.exchanges_.erase(static_cast<Exchange*>(*exchange));
  server.due_[connection] = server.now_() + request_limit;
  *exchange = nullptr;
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(Options options, Handler handler) {
  auto state = std::make_unique<State>(std::move(handler));
  if (auto started = state->start(std::move(options)); !started) return std::unexpected(started.error());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

int HttpServer::fd() const { return state_->fd(); }
std::optional<Millis> HttpServer::timeout() const { return state_->timeout(); }
void HttpServer::dispatch() { state_->dispatch(); }

}  // namespace belfry::api
