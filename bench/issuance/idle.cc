#include "bench/issuance/idle.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <vector>

#include "base/json.h"
#include "crypto/tls.h"
#include "protocol/net/reactor.h"

namespace lottery::bench {
using protocol::net::Descriptor;
using protocol::net::Reactor;

namespace {

constexpr int kHandshakesAtOnce = 200;

class Holder;

// One socket with TLS on it and nothing else.
struct Idler : Reactor::Watcher, std::enable_shared_from_this<Idler> {
  Holder* holder = nullptr;
  Descriptor socket;
  crypto::TlsHandle ssl;
  bool open = false;
  int number = 0;
  void OnReady() override;
};

class Holder {
 public:
  Holder(const IdleConfig& config, const base::Clock& clock) : reactor_(clock), config_(config) {
    for (int i = 0; i < config.count; ++i) {
      const auto own = crypto::IssueCertificate(
          config.ca, "terminal:" + std::to_string(config.first + static_cast<std::uint32_t>(i)),
          false, "", 2);
      LOTTERY_CHECK(own.has_value());
      auto identity = crypto::TlsIdentity::Read(*own);
      LOTTERY_CHECK(identity.has_value());
      identities_.push_back(std::move(*identity));
    }
    sessions_.resize(static_cast<std::size_t>(config.count));
    auto context = crypto::MakeTlsContext(false, config.ca, config.ca.certificate_pem);
    LOTTERY_CHECK(context.has_value());
    context_ = std::move(*context);
  }

  void Open(int wanted, bool resume) {
    resumed = 0;
    while (static_cast<int>(idlers_.size()) < wanted) {
      Begin(static_cast<int>(idlers_.size()), resume);
      while (static_cast<int>(idlers_.size()) - open > kHandshakesAtOnce)
        reactor_.Poll(std::chrono::milliseconds(5));
    }
    while (open < wanted && failed == 0) reactor_.Poll(std::chrono::milliseconds(5));
    // Tickets come after the handshake.
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
    while (std::chrono::steady_clock::now() < until) reactor_.Poll(std::chrono::milliseconds(5));
  }

  void Drop() {
    for (auto& idler : idlers_) {
      reactor_.Forget(idler->socket.get());
      idler->socket.Close();
    }
    idlers_.clear();
    open = 0;
  }

  int open = 0, failed = 0, resumed = 0;
  std::vector<crypto::TlsSession> sessions_;
  Reactor reactor_;

 private:
  void Begin(int number, bool resume) {
    auto idler = std::make_shared<Idler>();
    idler->holder = this;
    idler->number = number;
    const auto colon = config_.address.rfind(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(config_.address.substr(colon + 1))));
    LOTTERY_CHECK(
        ::inet_pton(AF_INET, config_.address.substr(0, colon).c_str(), &address.sin_addr) == 1);
    idler->socket = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // A line that breaks, not one that says goodbye: else the kernel remembers each for a minute
    // and forgets all fifteen thousand at once, in the middle of what is measured then.
    const linger at_once{1, 0};
    LOTTERY_CHECK(
        ::setsockopt(idler->socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    LOTTERY_CHECK(
        ::connect(idler->socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::fcntl(idler->socket.get(), F_SETFL, O_NONBLOCK);
    idler->ssl.reset(SSL_new(context_.get()));
    const auto at = static_cast<std::size_t>(number);
    LOTTERY_CHECK(identities_[at].Use(idler->ssl.get()).has_value());
    if (!resume) sessions_[at] = {};
    sessions_[at].Offer(idler->ssl.get());
    SSL_set_fd(idler->ssl.get(), idler->socket.get());
    SSL_set_connect_state(idler->ssl.get());
    idlers_.push_back(idler);
    reactor_.Watch(idler->socket.get(), idler);
    idler->OnReady();
  }

  const IdleConfig& config_;
  crypto::TlsContext context_;
  std::vector<crypto::TlsIdentity> identities_;
  std::vector<std::shared_ptr<Idler>> idlers_;
};

void Idler::OnReady() {
  if (!open) {
    const int done = SSL_do_handshake(ssl.get());
    if (done == 1) {
      open = true;
      ++holder->open;
      holder->resumed += SSL_session_reused(ssl.get()) == 1 ? 1 : 0;
    } else if (SSL_get_error(ssl.get(), done) != SSL_ERROR_WANT_READ) {
      ++holder->failed;
      holder->reactor_.Forget(socket.get());
      return;
    }
  }
  char octets[4096];
  while (open && SSL_read(ssl.get(), octets, sizeof octets) > 0) {
  }
}

}  // namespace

int HoldIdle(const IdleConfig& config, const base::Clock& clock) {
  Holder holder(config, clock);
  std::printf("{\"say\":\"ready\"}\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb;
    int count = 0;
    words >> verb >> count;
    const auto started = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    if (verb == "drop") holder.Drop();
    if (verb == "open" || verb == "resume") holder.Open(count, verb == "resume");
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    std::printf(
        "%s\n",
        base::ToLine(base::json::object{
                         {"open", holder.open},
                         {"failed", holder.failed},
                         {"resumed", holder.resumed},
                         {"seconds", seconds},
                         {"own_cpu_s", static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC}})
            .c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace lottery::bench
