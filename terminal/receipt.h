// What central answers to an accepted message, and what of it a terminal checks before it believes
// it.
#pragma once

#include "protocol/message.h"

namespace lottery::terminal {

using base::Bytes;
using base::Result;
using base::Status;

/// A verified receipt.
struct Confirmed {
  protocol::SignedMessage message;
  wire::Receipt receipt;
  Bytes leaf;  // of the first part
  Bytes t;     // of a ticket
};

/// Whom a receipt must be from and for: the operator's name in origins, the terminal's key id, the
/// key of batch records.
struct ReceiptKeys {
  std::string operator_name;
  Bytes key_id, record_key;
};
/// Receipt against message and keys: the record's signature, the logs the message asked for, the
/// leaf as it follows from message, time and s, its inclusion; every draw of an order, and of an
/// exchange ticket. Errors: kBadProof, kBadSignature, kEntryInvalid.
Status VerifyReceipt(const protocol::SignedMessage& message, const wire::Receipt& receipt,
                     const ReceiptKeys& keys);

/// The same without the record's signature, for a caller that has verified that record before.
Status VerifyReceiptContent(const protocol::SignedMessage& message, const wire::Receipt& receipt,
                            const ReceiptKeys& keys);

/// Whether a ticket must be printed of it: an order's, or a claim's exchange ticket.
bool GivesTicket(const protocol::SignedMessage& message, const wire::Receipt& receipt);

/// The leaf a part of a receipt speaks of. Errors: kEntryInvalid.
Result<Bytes> LeafOf(const protocol::SignedMessage& message, const wire::Receipt& receipt, int part,
                     base::ByteView key_id);

}  // namespace lottery::terminal
