// Schema files beside their owner, applied in order as the NOLOGIN owner, recorded by hash, never
// edited.
#pragma once

#include <string>
#include <vector>

#include "base/pg/pg.h"

namespace lottery::base::pg {

struct SchemaFile {
  std::string name;  // "central/010_sales.sql"
  std::string sql;
};

/// Applies what is not yet applied, each file in one transaction. The session must be able to
/// SET ROLE lottery_owner. Errors: kDatabaseRefused when an applied file has changed since.
Status ApplySchema(Session& session, const std::vector<SchemaFile>& files);

}  // namespace lottery::base::pg
