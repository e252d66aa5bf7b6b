// Winners above the identity limit, registered at a centre. What is kept is a keyed hash of the
// document and a masked name: nobody can read the number back without the key and the document.
#pragma once

#include "base/json.h"
#include "base/pg/pg.h"
#include "crypto/hash.h"
#include "protocol/names.h"

namespace lottery::settlement {

using base::Result;

struct IdentityCard {
  std::string type;    // "id-card", "passport", ...
  std::string number;  // as printed, without blanks
  std::string name;
};

/// HMAC over type and number, each with its length before it.
base::Digest PersonOf(const crypto::HmacKey& key, const IdentityCard& card);
/// "张** 0001": the first character of the name and the last four of the number.
std::string Shown(const IdentityCard& card);

/// {"type", "number", "name"} from a file, or from standard input for "-": never an argument that
/// other users of the machine could see. Errors: kBadJson, kFileMissing.
Result<IdentityCard> ReadCard(const std::string& path);

/// Registers who claims the prize of leaf `index` of the draw, before it is paid. The same again
/// answers the same. Errors: kUsage, kNoPrize, kAlreadyPaid, kAlreadyExists when another person is
/// registered.
Result<base::json::object> Register(base::pg::Session& session, const protocol::DrawId& draw,
                                    std::int64_t index, const IdentityCard& card,
                                    const crypto::HmacKey& key, std::int64_t at_ms);
/// Makes a terminal a claim centre, "city" or "province". Errors: kUsage, kAlreadyExists.
Result<base::json::object> SetPlace(base::pg::Session& session, std::uint32_t terminal,
                                    const std::string& place);

}  // namespace lottery::settlement
