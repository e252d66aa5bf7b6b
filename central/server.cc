#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "central/session.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using protocol::Frame;
using protocol::FrameType;
using protocol::net::Connection;
using protocol::net::Descriptor;
using protocol::net::Reactor;

namespace {
constexpr int kBacklog = 4096;
constexpr int kAcceptedAtOnce = 64;
/// One thread reads and answers for so many that check.
constexpr int kCheckersAWorker = 4;
/// What one checker can do, before it has been seen; messages a millisecond.
constexpr double kChecksAMs = 8;
}  // namespace

struct Server::Listener : Reactor::Watcher {
  explicit Listener(Server& owner) : server(owner) {}
  void OnReady() override { server.AcceptConnections(); }
  Server& server;
};

Server::Server(crypto::TlsContext context, Engine& engine, Desk& desk, ClaimDesk& claims,
               const base::Clock& clock, int threads)
    : context_(std::move(context)),
      engine_(engine),
      desk_(desk),
      claims_(claims),
      clock_(clock),
      admission_(kChecksAMs * std::max(1, threads)),
      checkers_(std::max(1, threads), [this](std::span<Unchecked> messages) { Check(messages); }) {
  const int workers = std::max(1, threads / kCheckersAWorker);
  for (int i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>(clock_));
  enough_ = admission_.enough();
  engine_.SendAnswersTo(this);
}

Server::~Server() {
  for (auto& worker : workers_) {
    worker->reactor.Stop();
    if (worker->thread.joinable()) worker->thread.join();
  }
  checkers_.Stop();
  for (auto& worker : workers_) {
    worker->answers.clear();
    worker->reactor.Clear();
  }
}

base::Status Server::Listen(const std::string& host, unsigned short port) {
  const auto fail = [&](const char* what) {
    return Fail(ErrorCode::kDisconnected, std::string("cannot ") + what + " on " + host + ":" +
                                              std::to_string(port) + ": " + std::strerror(errno));
  };
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return fail("find an address");
  listening_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(listening_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listening_.get(), generic, sizeof address) != 0) return fail("bind");
  if (::listen(listening_.get(), kBacklog) != 0) return fail("listen");
  socklen_t length = sizeof address;
  ::getsockname(listening_.get(), generic, &length);
  port_ = ntohs(address.sin_port);
  WatchListener();
  checkers_.Start();
  base::LogInfo(workers_[0]->reactor.together() ? "sockets: many by one call of io_uring"
                                                : "sockets: a call for each, no io_uring here");
  for (auto& worker : workers_) {
    worker->thread = std::thread([this, w = worker.get()] {
      w->reactor.Run([this, w] { Tick(*w); }, [this] { checkers_.Help(); },
                     [this] { return flooded_ && checkers_.waiting() > enough_; });
    });
  }
  return {};
}

// Without descriptors or memory the socket would stay ready and the worker would ask it for ever:
// it is left alone until the next tick.
void Server::AcceptConnections() {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    Descriptor socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) {
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      base::LogWarn(std::string("no connection is accepted for a moment: ") + std::strerror(errno));
      workers_[0]->reactor.Forget(listening_.get());
      accepting_ = false;
      return;
    }
    if (connections_ >= kMaxConnections) continue;  // closes it
    ++connections_;
    Worker& worker = *workers_[next_worker_++ % workers_.size()];
    if (&worker == workers_[0].get()) {
      Admit(worker, std::move(socket));
      continue;
    }
    auto shared = std::make_shared<Descriptor>(std::move(socket));
    worker.reactor.Post([this, &worker, shared] { Admit(worker, std::move(*shared)); });
  }
}

void Server::Admit(Worker& worker, Descriptor socket) {
  auto session = std::make_shared<Session>();
  session->worker = &worker;
  session->number = ++sessions_;
  auto connection = std::make_shared<Connection>(worker.reactor, std::move(socket), context_.get(),
                                                 true, protocol::kMaxRequestOctets, *this);
  connection->attachment = std::move(session);
  worker.handshakes.emplace_back(base::SteadyMs(), connection);
  connection->Start();
}

void Server::WatchListener() {
  accepting_ = true;
  workers_[0]->reactor.Watch(listening_.get(), std::make_shared<Listener>(*this));
}

void Server::Tick(Worker& worker) {
  EndSlowHandshakes(worker);
  if (&worker == workers_[0].get() && !accepting_) WatchListener();
}

void Server::EndSlowHandshakes(Worker& worker) {
  const std::int64_t now = base::SteadyMs();
  while (!worker.handshakes.empty() && worker.handshakes.front().first + handshake_ms < now) {
    const Peer peer = worker.handshakes.front().second.lock();
    worker.handshakes.pop_front();
    if (peer && !peer->open() && !peer->closed()) peer->Close({ErrorCode::kTimeout, "handshake"});
  }
}

void Server::AfterAllRead(std::function<void()> then) {
  auto left = std::make_shared<std::atomic<std::size_t>>(workers_.size());
  for (auto& worker : workers_) {
    worker->reactor.Post([this, left, then] {
      if (--*left == 0) checkers_.AfterAll(then);
    });
  }
}

// The certificate says who speaks: "terminal:1001" or "auditor:control". A newer session of a
// terminal ends the older one and drops what it had queued.
void Server::OnOpen(const Peer& peer) {
  Session& session = SessionOf(peer);
  const std::string& name = peer->peer();
  session.auditor = name.starts_with("auditor:");
  if (session.auditor) return;
  const auto id = name.starts_with("terminal:") ? base::ParseDecimal(name.substr(9))
                                                : Fail(ErrorCode::kForbiddenRole);
  if (!id || *id <= 0 || *id > 0x7fffffff) {
    Refuse(peer, {ErrorCode::kForbiddenRole, name});
    peer->CloseAfterSending({ErrorCode::kForbiddenRole, name});
    return;
  }
  session.terminal = static_cast<std::uint32_t>(*id);
  Peer older;
  {
    const std::lock_guard lock(sessions_mutex_);
    auto& slot = by_terminal_[session.terminal];
    older = slot.lock();
    if (older && SessionOf(older).number > session.number) {
      older = peer;  // a later connection of the terminal was ready before this one
    } else {
      slot = peer;
    }
  }
  if (!older) return;
  Session& old_session = SessionOf(older);
  old_session.cancelled.store(true);
  old_session.worker->reactor.Post([this, older] {
    if (older->closed()) return;
    Refuse(older, {ErrorCode::kSessionReplaced, ""});
    older->CloseAfterSending({ErrorCode::kSessionReplaced, ""});
  });
}

void Server::OnClosed(const Peer& peer, const base::Error&) {
  --connections_;
  Session& session = SessionOf(peer);
  Answered(session);
  session.cancelled.store(true);  // what it had queued dies with it
  if (session.terminal == 0) return;
  const std::lock_guard lock(sessions_mutex_);
  const auto slot = by_terminal_.find(session.terminal);
  if (slot != by_terminal_.end() && slot->second.lock() == peer) by_terminal_.erase(slot);
}

void Server::OnBroken(const Peer& peer, const base::Error& error) { Refuse(peer, error); }

void Server::OnFrame(const Peer& peer, Frame frame, UtcTime read_at) {
  const Session& session = SessionOf(peer);
  switch (frame.type) {
    case FrameType::kSubmit:
      if (session.terminal == 0) return Refuse(peer, {ErrorCode::kForbiddenRole, ""});
      return Submit(peer, std::move(frame), read_at);
    case FrameType::kStatusRequest:
      return AnswerStatus(peer, session.terminal);
    case FrameType::kTicketRequest:
      return AnswerTicket(peer, frame);
    case FrameType::kEntriesRequest:
      if (!session.auditor) return Refuse(peer, {ErrorCode::kForbiddenRole, ""});
      return AnswerEntries(peer, frame);
    case FrameType::kLogsRequest:
      return AnswerLogs(peer);
    case FrameType::kSealRequest:
      if (session.terminal == 0) return Refuse(peer, {ErrorCode::kForbiddenRole, ""});
      return AnswerSeal(peer, session.terminal, frame);
    case FrameType::kReceipt:
    case FrameType::kRefusal:
    case FrameType::kStatus:
    case FrameType::kTicketStatus:
    case FrameType::kEntries:
    case FrameType::kLogs:
    case FrameType::kSealStatus:
      break;
  }
  Refuse(peer, {ErrorCode::kBadFrame, "an answer is not a request"});
  peer->CloseAfterSending({ErrorCode::kBadFrame, ""});
}

void Server::Submit(const Peer& peer, Frame frame, UtcTime read_at) {
  Session& session = SessionOf(peer);
  if (session.in_flight) return Refuse(peer, {ErrorCode::kBusy, "one message at a time"});
  if (const std::uint32_t wait_ms = Ask(session); wait_ms != 0) return RefuseBusy(peer, wait_ms);
  session.in_flight = session.inside = true;
  checkers_.Add({peer, std::move(frame), read_at, nullptr});
}

// Answers wait for the end of their batch: each worker is woken once for all of its own.
void Server::OnAnswer(const Sender& sender, const TerminalInput& input, Outcome outcome) {
  auto peer = std::static_pointer_cast<Connection>(sender.peer);
  Worker& worker = *SessionOf(peer).worker;
  if (!outcome || !input.message.decoded->has_claim()) {
    worker.answers.push_back({std::move(peer), sender.hash, std::move(outcome)});
    return;
  }
  wire::Receipt receipt;
  LOTTERY_CHECK(receipt.ParseFromString(*outcome));
  claims_.PayClaim(input.message, std::move(receipt),
                   [this, peer, hash = sender.hash](Outcome paid) {
                     DeliverLater(peer, hash, std::move(paid));
                   });
}

void Server::OnBatchAnswered() {
  for (auto& worker : workers_) {
    if (worker->answers.empty()) continue;
    auto answers = std::make_shared<std::vector<Answer>>(std::move(worker->answers));
    worker->answers.clear();
    worker->reactor.Post([this, answers] {
      for (const auto& answer : *answers) Deliver(answer.peer, answer.hash, answer.outcome);
    });
  }
}

void Server::Deliver(const Peer& peer, const Digest& hash, const Outcome& outcome) {
  if (peer->closed()) return;
  Session& session = SessionOf(peer);
  Answered(session);
  if (!outcome) return Refuse(peer, outcome.error(), &hash);
  const std::uint32_t next_ms = Book(session);
  if (next_ms == 0) return peer->Send(protocol::EncodeFrame(FrameType::kReceipt, *outcome));
  wire::Receipt more;  // fields of one message may come in pieces
  more.set_next_after_ms(next_ms);
  peer->Send(protocol::EncodeFrame(FrameType::kReceipt, more.SerializeAsString() + *outcome));
}

void Server::DeliverLater(const Peer& peer, const Digest& hash, Outcome outcome) {
  SessionOf(peer).worker->reactor.Post(
      [this, peer, hash, outcome = std::move(outcome)] { Deliver(peer, hash, outcome); });
}

void Server::SendLater(const Peer& peer, FrameType type,
                       const google::protobuf::MessageLite& body) {
  SessionOf(peer).worker->reactor.Post(
      [peer, frame = protocol::EncodeFrame(type, body.SerializeAsString())] { peer->Send(frame); });
}

void Server::RefuseLater(const Peer& peer, const base::Error& error, const Digest& hash) {
  SendLater(peer, FrameType::kRefusal,
            protocol::MakeRefusal(error, hash == Digest() ? nullptr : &hash));
}

void Server::Send(const Peer& peer, FrameType type, const google::protobuf::MessageLite& body) {
  peer->Send(protocol::EncodeFrame(type, body.SerializeAsString()));
}

void Server::Refuse(const Peer& peer, const base::Error& error, const Digest* hash) {
  Send(peer, FrameType::kRefusal, protocol::MakeRefusal(error, hash));
}

namespace {
// Admission measures below a millisecond.
double FineMs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}
}  // namespace

// What came and is not read yet waits as well; each worker knows of its own. Lines that broke are
// among it: for a moment they look like messages.
std::uint32_t Server::Ask(Session& session) {
  const double now_ms = FineMs();
  const auto& reactor = session.worker->reactor;
  const auto unread = static_cast<int>(reactor.waiting() * workers_.size());
  const std::lock_guard lock(admission_mutex_);
  admission_.Saw(checkers_.waiting(), unread, checkers_.checked(), now_ms);
  flooded_.store(admission_.flooded(), std::memory_order_relaxed);
  enough_.store(admission_.enough(), std::memory_order_relaxed);
  return admission_.Ask(session.place, now_ms);
}

// It waits for the machine no more. Once for each message that was let in.
void Server::Leave(Session& session) {
  if (!std::exchange(session.inside, false)) return;
  const std::lock_guard lock(admission_mutex_);
  admission_.Left();
}

// It has its answer, or nobody waits for it any more.
void Server::Answered(Session& session) {
  session.in_flight = false;
  Leave(session);
}

// What waits at the desk holds up no sale, and keeps no other message outside.
void Server::ToDesk(const Peer& peer) {
  SessionOf(peer).worker->reactor.Post([this, peer] { Leave(SessionOf(peer)); });
}

void Server::OnCommitted(std::chrono::duration<double, std::milli> took) {
  const std::lock_guard lock(admission_mutex_);
  admission_.Committed(took.count());
}

Traffic Server::TrafficNow() {
  const std::lock_guard lock(admission_mutex_);
  return admission_.traffic();
}

std::uint32_t Server::Book(Session& session) {
  const double now_ms = FineMs();
  const std::lock_guard lock(admission_mutex_);
  return admission_.Book(session.place, now_ms);
}

void Server::RefuseBusy(const Peer& peer, std::uint32_t wait_ms) {
  wire::Refusal refusal = protocol::MakeRefusal({ErrorCode::kBusy, ""});
  refusal.set_retry_after_ms(wait_ms);
  Send(peer, FrameType::kRefusal, refusal);
}

}  // namespace lottery::central
