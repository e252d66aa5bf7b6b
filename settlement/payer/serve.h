// The payer as a service of this machine: central asks over a Unix socket, so that no secret of a
// ticket lies in a table, a log of statements or a file.
#pragma once

#include "settlement/payer/payer.h"

namespace lottery::settlement::payer {

/// One question's octets (wire.PayRequest) to those of its answer (wire.PayAnswer). What is no
/// request, and a database that is away, answer kBadMessage and kPayerUnavailable.
Bytes Answer(Payer& payer, std::optional<base::pg::Session>& session, const std::string& database,
             base::ByteView question);

/// Until SIGTERM or SIGINT. Calls `ready` once claims are answered. Errors: those of the socket, of
/// the database and of Payer::Begin.
Status Serve(const protocol::Trust& trust, const crypto::SigningKey& key,
             const std::string& database, const std::string& socket_path,
             const std::string& journal_folder, const std::function<void()>& ready);

}  // namespace lottery::settlement::payer
