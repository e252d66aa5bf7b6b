// What a session asks without changing anything: status, tickets, entries, logs.
#include <algorithm>

#include "central/server.h"

namespace lottery::central {
using base::ErrorCode;
using protocol::Frame;
using protocol::FrameType;

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

void Server::AnswerStatus(const Peer& peer, std::uint32_t terminal_id) {
  engine_.Query([this, peer, terminal_id](const Sequencer& sequencer) {
    const State& state = sequencer.state();
    wire::Status status;
    status.set_terminal(terminal_id);
    status.set_time_ms(clock_.Now().ms);
    status.set_operator_name(sequencer.operator_name());
    const auto terminal = state.terminals.find(terminal_id);
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
    SendLater(peer, FrameType::kStatus, status);
  });
}

// By its public code: the leaf must be what the code says, then the desk finds the ticket's other
// draws, and the engine's trees prove each part.
void Server::AnswerTicket(const Peer& peer, const Frame& frame) {
  wire::TicketRequest request;
  if (!request.ParseFromString(frame.body)) return Refuse(peer, {ErrorCode::kBadMessage, ""});
  engine_.Query([this, peer, request](const Sequencer& sequencer) {
    const auto& logs = sequencer.state().logs;
    const auto log = std::find_if(logs.begin(), logs.end(), [&](const Log& l) {
      return l.draw && l.origin == request.origin();
    });
    if (log == logs.end() || request.index() >= log->tree.size() ||
        log->tree.leaf(request.index()).view() != request.leaf_hash())
      return RefuseLater(peer, {ErrorCode::kUnknownTicket, ""});
    const Part first{{log->id, request.index()}, {}};
    const bool voided = sequencer.state().voided.contains(first);
    desk_.FindTicket(first, voided, [this, peer](std::vector<TicketPart> parts) {
      engine_.Query([this, peer, parts = std::move(parts)](const Sequencer& s) {
        wire::TicketStatus status;
        for (const auto& part : parts) AddTicketPart(s.state(), part, *status.add_parts());
        SendLater(peer, FrameType::kTicketStatus, status);
      });
    });
  });
}

void Server::AnswerEntries(const Peer& peer, const Frame& frame) {
  wire::EntriesRequest request;
  if (!request.ParseFromString(frame.body)) return Refuse(peer, {ErrorCode::kBadMessage, ""});
  desk_.ReadEntries(request, [this, peer](Result<wire::Entries> entries) {
    if (!entries) return RefuseLater(peer, entries.error());
    SendLater(peer, FrameType::kEntries, *entries);
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
    SendLater(peer, FrameType::kLogs, logs);
  });
}

}  // namespace lottery::central
