// A server that speaks TLS on the loopback interface, with a certificate that it has made itself for 127.0.0.1:
// openssl.
#pragma once

#include <sys/types.h>

#include <string>

#include <tests/support/temp_dir.h>

namespace belfry::tests {

class TlsServer {
 public:
  TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer();

  // By the address that stands in the certificate, or by another name of the same machine.
  std::string url(const std::string& host = "127.0.0.1") const { return "https://" + host + ":" + port_ + "/"; }
  std::string certificate() const { return directory_ / "certificate.pem"; }

 private:
  TempDir directory_;
  std::string port_;
  pid_t pid_ = 0;
};

}  // namespace belfry::tests
