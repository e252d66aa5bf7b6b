#include "central/server.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "games/order.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using protocol::Frame;
using protocol::FrameType;
using protocol::net::Connection;

struct Server::Worker {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  std::thread thread;
};

// Lives as long as its connection; touched on the connection's thread only, but for `cancelled`.
struct Server::Session {
  Worker* worker = nullptr;
  std::uint32_t terminal = 0;  // 0: an auditor
  bool auditor = false;
  bool in_flight = false;
  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
};

namespace {

void AddTicketPart(const State& state, const TicketPart& part, wire::TicketStatus::Part& out) {
  const Log& log = state.logs[static_cast<std::size_t>(part.place.log)];
  out.set_origin(log.origin);
  out.set_index(part.place.index);
  out.set_leaf_hash(std::string(log.tree.leaf(part.place.index).view()));
  out.set_size(log.tree.size());
  for (const auto& hash : log.tree.Inclusion(part.place.index, log.tree.size()))
    out.add_proof(std::string(hash.view()));
  out.set_state(part.state);
  out.set_prize_fen(part.prize_fen);
}

}  // namespace

Server::Session& Server::SessionOf(const Peer& peer) {
  return *static_cast<Session*>(peer->attachment.get());
}

Server::Server(crypto::TlsContext context, Engine& engine, Desk& desk, const base::Clock& clock,
               int threads)
    : context_(std::move(context)), engine_(engine), desk_(desk), clock_(clock) {
  for (int i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>());
}

Server::~Server() {
  accept_context_.stop();
  if (accept_thread_.joinable()) accept_thread_.join();
  for (auto& worker : workers_) worker->context.stop();
  for (auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

base::Status Server::Listen(const std::string& host, unsigned short port) {
  boost::system::error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(host, error), port);
  if (!error) acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(4096, error);
  if (error)
    return Fail(ErrorCode::kDisconnected,
                "cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message());
  for (auto& worker : workers_)
    worker->thread = std::thread([w = worker.get()] { w->context.run(); });
  Accept();
  accept_thread_ = std::thread([this] { accept_context_.run(); });
  return {};
}

void Server::Accept() {
  Worker& worker = *workers_[next_worker_++ % workers_.size()];
  acceptor_.async_accept(worker.context, [this, &worker](boost::system::error_code error,
                                                         asio::ip::tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && connections_ < kMaxConnections) {
      ++connections_;
      auto session = std::make_shared<Session>();
      session->worker = &worker;
      auto connection = std::make_shared<Connection>(std::move(socket), context_.get(), true,
                                                     protocol::kMaxRequestOctets, clock_, *this);
      connection->attachment = std::move(session);
      asio::post(worker.context, [connection] { connection->Start(); });
    }
    Accept();
  });
}

void Server::RefreshKeys(const Sequencer& sequencer) {
  const auto known = keys_.Get();
  if (known->size() == sequencer.state().terminals.size()) return;
  KeyRing::Keys keys;
  for (const auto& [id, terminal] : sequencer.state().terminals) keys[id] = terminal.public_key;
  keys_.Replace(std::move(keys));
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
    slot = peer;
  }
  if (!older) return;
  Session& old_session = SessionOf(older);
  old_session.cancelled->store(true);
  asio::post(old_session.worker->context, [this, older] {
    if (older->closed()) return;
    Refuse(older, {ErrorCode::kSessionReplaced, ""});
    older->CloseAfterSending({ErrorCode::kSessionReplaced, ""});
  });
}

void Server::OnClosed(const Peer& peer, const base::Error&) {
  --connections_;
  const Session& session = SessionOf(peer);
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
      return Submit(peer, frame, read_at);
    case FrameType::kStatusRequest:
      return AnswerStatus(peer);
    case FrameType::kTicketRequest:
      return AnswerTicket(peer, frame);
    case FrameType::kEntriesRequest:
      if (!session.auditor) return Refuse(peer, {ErrorCode::kForbiddenRole, ""});
      return AnswerEntries(peer, frame);
    case FrameType::kLogsRequest:
      return AnswerLogs(peer);
    case FrameType::kReceipt:
    case FrameType::kRefusal:
    case FrameType::kStatus:
    case FrameType::kTicketStatus:
    case FrameType::kEntries:
    case FrameType::kLogs:
      break;
  }
  Refuse(peer, {ErrorCode::kBadFrame, "an answer is not a request"});
  peer->CloseAfterSending({ErrorCode::kBadFrame, ""});
}

// Everything that needs no state: form, who speaks, signature, rule book.
Result<TerminalInput> Server::Admit(const Session& session, const Frame& frame, UtcTime read_at) {
  wire::Submit submit;
  if (!submit.ParseFromString(frame.body)) return Fail(ErrorCode::kBadMessage, "not a submission");
  LOTTERY_TRY(auto message, protocol::DecodeMessage(std::move(*submit.mutable_message()),
                                                    std::move(*submit.mutable_signature())));
  if (message.decoded->terminal() != session.terminal) return Fail(ErrorCode::kTerminalMismatch);
  const auto keys = keys_.Get();
  const auto key = keys->find(session.terminal);
  if (key == keys->end()) return Fail(ErrorCode::kUnknownTerminal);
  if (!protocol::SignatureHolds(message, key->second)) return Fail(ErrorCode::kBadSignature);
  TerminalInput input{std::move(message), read_at, {}, {}};
  if (input.message.decoded->has_order()) {
    LOTTERY_TRY(const auto facts, games::CheckOrder(input.message.decoded->order()));
    input.per_draw = facts.per_draw;
  }
  return input;
}

void Server::Submit(const Peer& peer, const Frame& frame, UtcTime read_at) {
  Session& session = SessionOf(peer);
  if (session.in_flight) return Refuse(peer, {ErrorCode::kBusy, "one message at a time"});
  auto input = Admit(session, frame, read_at);
  if (!input) return Refuse(peer, input.error());
  session.in_flight = true;
  if (!input->message.decoded->has_claim()) return Enqueue(peer, std::move(*input));
  // A claim that could not be paid is refused before it uses a number.
  desk_.CheckClaim(input->message, [this, peer, input = *input](base::Status status) {
    asio::post(SessionOf(peer).worker->context, [this, peer, input, status] {
      if (status) return Enqueue(peer, input);
      SessionOf(peer).in_flight = false;
      Refuse(peer, status.error(), &input.message.hash);
    });
  });
}

void Server::Enqueue(const Peer& peer, TerminalInput input) {
  const Session& session = SessionOf(peer);
  const Digest hash = input.message.hash;
  const protocol::SignedMessage message = input.message;
  const bool queued = engine_.Submit(
      {std::move(input),
       [this, peer, message](Outcome outcome) {
         const auto deliver = [this, peer, hash = message.hash](Outcome out) {
           asio::post(SessionOf(peer).worker->context,
                      [this, peer, hash, out = std::move(out)] { Deliver(peer, hash, out); });
         };
         if (outcome && message.decoded->has_claim())
           return desk_.PayClaim(message, std::move(*outcome), deliver);
         deliver(std::move(outcome));
       },
       session.cancelled});
  if (!queued) Deliver(peer, hash, Fail(ErrorCode::kBusy));
}

void Server::Deliver(const Peer& peer, const Digest& hash, const Outcome& outcome) {
  if (peer->closed()) return;
  SessionOf(peer).in_flight = false;
  if (outcome) return Send(peer, FrameType::kReceipt, *outcome);
  Refuse(peer, outcome.error(), &hash);
}

void Server::Send(const Peer& peer, FrameType type, const google::protobuf::MessageLite& body) {
  peer->Send(protocol::EncodeFrame(type, body.SerializeAsString()));
}

void Server::Refuse(const Peer& peer, const base::Error& error, const Digest* hash) {
  Send(peer, FrameType::kRefusal, protocol::MakeRefusal(error, hash));
}

void Server::AnswerStatus(const Peer& peer) {
  engine_.Query([this, peer](const Sequencer& sequencer) {
    const State& state = sequencer.state();
    wire::Status status;
    status.set_terminal(SessionOf(peer).terminal);
    status.set_time_ms(clock_.Now().ms);
    status.set_operator_name(sequencer.operator_name());
    const auto terminal = state.terminals.find(SessionOf(peer).terminal);
    status.set_enrolled(terminal != state.terminals.end());
    if (status.enrolled()) {
      status.set_sequence(terminal->second.sequence);
      status.set_head(std::string(terminal->second.head.view()));
      status.set_balance_fen(terminal->second.balance.fen());
      status.set_suspended(terminal->second.suspended);
    }
    for (const auto& [id, draw] : state.draws) {
      auto* out = status.add_draws();
      out->set_game(id.game);
      out->set_draw(static_cast<std::uint32_t>(id.number));
      out->set_state(std::string(protocol::NameOf(draw.state)));
      out->set_close_ms(draw.close.ms);
    }
    asio::post(SessionOf(peer).worker->context,
               [this, peer, status] { Send(peer, FrameType::kStatus, status); });
  });
}

// By its public code: the leaf must be what the code says, then the desk finds the ticket's other
// draws, and the engine's trees prove each part.
void Server::AnswerTicket(const Peer& peer, const Frame& frame) {
  wire::TicketRequest request;
  if (!request.ParseFromString(frame.body)) return Refuse(peer, {ErrorCode::kBadMessage, ""});
  const auto refuse = [this, peer] {
    asio::post(SessionOf(peer).worker->context, [this, peer] {
      Refuse(peer, {ErrorCode::kUnknownTicket, ""});
    });
  };
  engine_.Query([this, peer, request, refuse](const Sequencer& sequencer) {
    const auto& logs = sequencer.state().logs;
    const auto log = std::find_if(logs.begin(), logs.end(), [&](const Log& l) {
      return l.draw && l.origin == request.origin();
    });
    if (log == logs.end() || request.index() >= log->tree.size() ||
        log->tree.leaf(request.index()).view() != request.leaf_hash())
      return refuse();
    desk_.FindTicket({log->id, request.index(), {}}, [this, peer](std::vector<TicketPart> parts) {
      engine_.Query([this, peer, parts = std::move(parts)](const Sequencer& s) {
        wire::TicketStatus status;
        for (const auto& part : parts) AddTicketPart(s.state(), part, *status.add_parts());
        asio::post(SessionOf(peer).worker->context,
                   [this, peer, status] { Send(peer, FrameType::kTicketStatus, status); });
      });
    });
  });
}

void Server::AnswerEntries(const Peer& peer, const Frame& frame) {
  wire::EntriesRequest request;
  if (!request.ParseFromString(frame.body)) return Refuse(peer, {ErrorCode::kBadMessage, ""});
  desk_.ReadEntries(request, [this, peer](Result<wire::Entries> entries) {
    asio::post(SessionOf(peer).worker->context, [this, peer, entries = std::move(entries)] {
      if (!entries) return Refuse(peer, entries.error());
      Send(peer, FrameType::kEntries, *entries);
    });
  });
}

void Server::AnswerLogs(const Peer& peer) {
  engine_.Query([this, peer](const Sequencer& sequencer) {
    wire::Logs logs;
    for (const Log& log : sequencer.state().logs) {
      auto* out = logs.add_logs();
      out->set_origin(log.origin);
      out->set_size(log.tree.size());
      out->set_checkpoint(log.witnessed_note);
      out->set_closed(log.draw && sequencer.state().draws.at(*log.draw).state != DrawState::kOpen);
    }
    asio::post(SessionOf(peer).worker->context,
               [this, peer, logs] { Send(peer, FrameType::kLogs, logs); });
  });
}

}  // namespace lottery::central
