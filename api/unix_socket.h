// Unix sockets by path: listening on one, and the addresses that name them.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include <belfry/error.h>
#include <belfry/time.h>

#include <api/message.h>
#include <base/os.h>

namespace belfry::api {

// The path in "unix:PATH". Refused: any other address, a path that is empty or too long for the kernel.
Result<std::string> unix_socket_path(std::string_view address);

// The file of a listening socket; removed with this value, unless somebody has put another in its place.
class SocketFile {
 public:
  explicit SocketFile(std::string path);
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile();

 private:
  void remove() const;

  std::string path_;  // empty: not ours
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

struct UnixListener {
  Fd fd;  // non-blocking
  SocketFile file;
};

// Listens, mode 0660, making the directory if it is missing. A socket file that refuses connections is left over from
// a process that died: it is replaced. One that accepts is somebody's: ErrorKind::busy.
Result<UnixListener> listen_unix(const std::string& path);

// Who is at the other end of an accepted connection (SO_PEERCRED).
Result<Peer> peer_of(int connection);

// Connects; `patience` is for a listener whose queue is full (then sys_errno is EAGAIN).
Result<Fd> connect_unix(const std::string& path, Millis patience);

}  // namespace belfry::api
