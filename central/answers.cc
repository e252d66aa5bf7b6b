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

constexpr int kMaxSealIndexes = 256;

// The terminal's line, or where it would stand: the lines before and after that place.
void AddLines(const KeptSeal& seal, std::uint32_t terminal, wire::SealStatus& out) {
  const auto line = [&seal](std::uint64_t i) {
    return base::ByteView(seal.lines)
        .substr(static_cast<std::size_t>(i) * protocol::kTerminalLine, protocol::kTerminalLine);
  };
  const auto number = [&](std::uint64_t i) { return base::ByteReader(line(i)).U32(); };
  const std::uint64_t size = seal.tree.size();
  std::uint64_t low = 0, high = size;
  while (low < high) {
    const std::uint64_t middle = (low + high) / 2;
    (number(middle) < terminal ? low : high) = number(middle) < terminal ? middle + 1 : middle;
  }
  const auto edge = seal.tree.EdgeAt(size);
  const auto add = [&](std::uint64_t i) {
    auto* to = out.add_lines();
    to->set_index(i);
    to->set_leaf(std::string(line(i)));
    seal.tree.AppendPath(i, edge, *to->mutable_path());
  };
  const bool own = low < size && number(low) == terminal;
  if (!own && low > 0) add(low - 1);
  if (low < size) add(low);
}

// Paths of leaves to the sealed root; empty where the log has no such leaf. Errors: kDrawUnknown.
base::Status AddPaths(const State& state, const wire::SealRequest& request, wire::SealStatus& out) {
  const auto draw = state.draws.find({request.game(), static_cast<std::int32_t>(request.draw())});
  if (draw == state.draws.end()) return base::Fail(ErrorCode::kDrawUnknown);
  const auto& tree = state.logs[static_cast<std::size_t>(draw->second.log)].tree;
  const auto edge = tree.EdgeAt(tree.size());
  for (const std::uint64_t index : request.indexes()) {
    auto* path = out.add_paths();
    if (index < tree.size()) tree.AppendPath(index, edge, *path);
  }
  return {};
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
    const auto& state = sequencer.state();
    const auto draw = state.draws.find(*log->draw);
    const bool open = draw != state.draws.end() && draw->second.state == DrawState::kOpen;
    const UtcTime last = open ? log->last : UtcTime{INT64_MAX};
    desk_.FindTicket(first, state.voided.contains(first), last,
                     [this, peer](std::vector<TicketPart> parts) {
                       engine_.Query([this, peer, parts = std::move(parts)](const Sequencer& s) {
                         wire::TicketStatus status;
                         for (const auto& part : parts)
                           AddTicketPart(s.state(), part, *status.add_parts());
                         SendLater(peer, FrameType::kTicketStatus, status);
                       });
                     });
  });
}

void Server::AnswerSeal(const Peer& peer, std::uint32_t terminal_id, const Frame& frame) {
  wire::SealRequest request;
  if (!request.ParseFromString(frame.body) || request.indexes_size() > kMaxSealIndexes)
    return Refuse(peer, {ErrorCode::kBadMessage, "seal request"});
  const DrawId draw{request.game(), static_cast<std::int32_t>(request.draw())};
  desk_.FindSeal(draw, [this, peer, request, terminal_id](const auto& seal) {
    if (!seal) return RefuseLater(peer, seal.error());
    wire::SealStatus answer;
    answer.set_seal((*seal)->envelope);
    AddLines(**seal, terminal_id, answer);
    engine_.Query([this, peer, request, answer](const Sequencer& sequencer) mutable {
      const auto added = AddPaths(sequencer.state(), request, answer);
      added ? SendLater(peer, FrameType::kSealStatus, answer) : RefuseLater(peer, added.error());
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
      // The log of a withdrawn plan stays, empty and without a draw.
      const auto& draws = sequencer.state().draws;
      const auto draw = log.draw ? draws.find(*log.draw) : draws.end();
      out->set_closed(draw != draws.end() && draw->second.state != DrawState::kOpen);
    }
    SendLater(peer, FrameType::kLogs, logs);
  });
}

}  // namespace lottery::central
