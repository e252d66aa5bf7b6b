// 争议: what became of a ticket, replayed from the logs. Nothing is believed that the verifier has
// not checked first; settlement's books, where they are given, must say the same.
#pragma once

#include <optional>

#include "base/pg/pg.h"
#include "compliance/verify.h"

namespace lottery::compliance {

struct DisputeInput {
  std::string folder, root, entries;   // as VerifyFolder; entries are needed
  protocol::PublicCode code;           // of any draw of the ticket
  base::pg::Session* books = nullptr;  // role auditor: who was paid
};

/// One thing that happened to the ticket, and where it is on record.
struct TicketEvent {
  UtcTime at;
  std::string zh, en;
  std::string where;
};

struct TicketStory {
  std::string ticket, game;
  std::uint32_t terminal = 0;
  std::int64_t per_draw_fen = 0;
  std::vector<TicketEvent> events;    // in order of time
  std::vector<std::string> findings;  // where books and logs differ; empty when all is in order
};

/// The verifier's errors; kUnknownTicket when the log has another leaf at that place, or none.
Result<TicketStory> ReplayTicket(const DisputeInput& input);

/// For people, Beijing time, Chinese and English.
std::string StoryText(const TicketStory& story);
base::json::object ToJson(const TicketStory& story);

}  // namespace lottery::compliance
