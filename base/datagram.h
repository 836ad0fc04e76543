// Datagrams to a Unix socket: how the service manager and the journal are told something. Never blocks.
#pragma once

#include <string>
#include <string_view>

#include <base/os.h>

namespace belfry {

class DatagramSender {
 public:
  // `path` is a file's, or begins with @ for a name without a file. Nothing is connected: the receiver may come, go and
  // come back.
  static Result<DatagramSender> open(std::string path);

  // An error with EAGAIN: the receiver has no room now. EMSGSIZE: it is too long for a datagram.
  Result<void> send(std::string_view text) const;

  // The same with a descriptor along.
  Result<void> send_descriptor(const Fd& descriptor) const;

 private:
  DatagramSender(Fd socket, std::string path) : socket_(std::move(socket)), path_(std::move(path)) {}

  Fd socket_;
  std::string path_;
};

}  // namespace belfry
