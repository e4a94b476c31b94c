// SPDX-License-Identifier: MIT
// TlsCertificate: the certificate of a listener, read again when its files change, so that renewing needs no restart.
// A broken new pair keeps the old one and is logged once. Connections that are open keep what they began with.
// Lives on the control loop; the files are looked at on a thread of its own.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "net/http_settings.hpp"
#include "net/tls_context.hpp"

namespace dd::net {

class TlsCertificate {
 public:
  // Reads the pair, and blocks meanwhile: before the loop serves.
  static Result<std::unique_ptr<TlsCertificate>> open(Loop& loop, const TlsFiles& files);
  ~TlsCertificate();

  std::shared_ptr<const TlsContext> current() const;

 private:
  struct State;
  explicit TlsCertificate(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace dd::net
