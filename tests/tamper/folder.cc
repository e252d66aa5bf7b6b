// What whoever copies a folder can do to it, without any key: hide, spell otherwise, add, link.
#include <sys/stat.h>

#include <algorithm>

#include "crypto/tile.h"
#include "tests/tamper/forge.h"

namespace lottery::tests {
namespace {
namespace fs = std::filesystem;

void Append(const std::string& path, const std::string& text) {
  Write(path, Must(base::ReadFile(path)) + text);
}

// Every published file of a draw, as if it had never been held.
void HideDraw(const Folders& f, const std::string& name) {
  std::string log = name;
  log[log.find('-')] = '/';
  for (const auto& file : Must(base::ListFiles(f.out + "/public"))) {
    const bool of_draw =
        file.find("/" + name + ".") != std::string::npos || file.starts_with("log/" + log + "/");
    if (of_draw) fs::remove(f.Public(file));
  }
  fs::remove_all(f.Public("log/" + log));
  fs::remove_all(f.out + "/auditor/" + log);
}

void HideAllocation(const Folders& f) {
  for (const auto& file : Must(base::ListFiles(f.Public("fund"))))
    fs::remove(f.Public("fund/" + file));
  fs::remove(f.Public("fund"));
}

void RemoveEmptyFolders(const Folders& f) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::recursive_directory_iterator(f.out + "/public"))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.rbegin(), folders.rend());
  for (const auto& folder : folders)
    if (fs::is_empty(folder)) fs::remove(folder);
}

void HideLastAndFund(const Folders& f) {
  HideDraw(f, f.name);
  HideAllocation(f);
  RemoveEmptyFolders(f);
}

// The one audit bundle is rewritten; its true octets lie under another spelling of the same index.
void CanonicalAuditBundleForged(const Folders& f) {
  const std::string entries = f.Public("audit/tile/entries/");
  const auto first = Must(base::ListFiles(entries)).front();
  const auto octets = Must(base::ReadFile(entries + first));
  Write(entries + "x000/" + first, octets);
  auto forged = octets;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  Write(entries + first, forged);
}

void AuditorsBundleRenamed(const Folders& f) {
  const std::string entries = f.Auditor() + "/tile/entries/";
  const auto first = Must(base::ListFiles(entries)).front();
  fs::create_directories(entries + "x000");
  fs::create_directories(fs::path(entries + "x000/" + first).parent_path());
  fs::rename(entries + first, entries + "x000/" + first);
  if (first.find('/') != std::string::npos)
    fs::remove((entries + first.substr(0, first.find('/'))));
}

void TileSpeltOtherwise(const Folders& f) {
  const std::string tiles = f.Public("log/" + f.draw + "/tile/0/");
  const auto first = Must(base::ListFiles(tiles)).front();
  Write(tiles + "x000/" + first, Must(base::ReadFile(tiles + first)));
}

void UpperTileReplaced(const Folders& f) {
  std::string tiles = f.Public("log/" + f.draw + "/tile/1/");
  auto names = Must(base::ListFiles(tiles));
  if (names.empty()) {  // a small day has one level
    tiles = f.Public("log/" + f.draw + "/tile/0/");
    names = Must(base::ListFiles(tiles));
  }
  auto octets = Must(base::ReadFile(tiles + names.front()));
  octets.back() = static_cast<char>(octets.back() ^ 1);
  Write(tiles + names.front(), octets);
}

void TileBeyond(const Folders& f) { Write(f.Public("audit/tile/0/009.p/1"), std::string(32, 'x')); }

template <typename Edit>
void EditIndex(const Folders& f, Edit edit) {
  auto index = Must(base::ReadJsonFile(f.Public("tickets/index.json")));
  edit(index);
  Write(f.Public("tickets/index.json"), base::ToPretty(index));
}

void OneTicketManyTimes(const Folders& f) {
  EditIndex(f, [](base::json::object& index) {
    auto& tickets = index.at("tickets").as_array();
    const auto first = tickets.at(0);
    for (int i = 0; i < 50; ++i) tickets.insert(tickets.begin(), first);
  });
}

// The sample without the tickets that somebody would rather not show.
void TicketsChosen(const Folders& f) {
  const auto index = Must(base::ReadJsonFile(f.Public("tickets/index.json")));
  const auto last = index.at("tickets").as_array().size() - 1;
  for (const char* end : {".leaf", ".tlog-proof"})
    fs::remove(f.Public("tickets/" + std::to_string(last) + end));
  EditIndex(f, [](base::json::object& o) { o.at("tickets").as_array().pop_back(); });
}

void NoTickets(const Folders& f) {
  fs::remove_all(f.Public("tickets"));
  fs::create_directories(f.Public("tickets"));
  Write(f.Public("tickets/index.json"),
        base::ToPretty(base::json::object{{"tickets", base::json::array()}}));
}

void PrizeInTheIndex(const Folders& f) {
  EditIndex(f, [](base::json::object& index) {
    index.at("tickets").as_array().at(0).as_object()["prize_fen"] = 500;
  });
}

void ProofOfAnotherLeaf(const Folders& f) {
  Write(f.Public("plan/" + f.name + ".audit.tlog-proof"),
        Must(base::ReadFile(f.Public("seal/" + f.name + ".audit.tlog-proof"))));
}

void StatementOfAnUnplannedDraw(const Folders& f) {
  const auto text = Must(base::ReadFile(f.Public("settlement/" + f.name + ".statement.json")));
  Write(f.Public("settlement/ssq-2026999.statement.json"), text);
}

void LinkInTheFolder(const Folders& f) {
  const auto path = f.Public("opening/ssq.json");
  fs::rename(path, f.out + "/elsewhere.json");
  fs::create_symlink(f.out + "/elsewhere.json", path);
}

void FolderIsALink(const Folders& f) {
  fs::rename(f.Public("fund"), f.out + "/elsewhere");
  fs::create_directory_symlink(f.out + "/elsewhere", f.Public("fund"));
}

}  // namespace

const std::map<std::string, Forgery>& FolderForgeries() {
  static const std::string beacon = "ssq-2026097", balls = "ssq-2026099";
  static const std::map<std::string, Forgery> all = {
      {"vkey_replaced", {beacon, [](const Folders& f) { Append(f.Public("log/vkey"), "\n"); }}},
      {"witnesses_replaced",
       {beacon, [](const Folders& f) { Append(f.Public("log/witnesses"), "x\n"); }}},
      {"hide_last_and_fund", {balls, HideLastAndFund}},
      {"hide_a_draw",
       {beacon,
        [](const Folders& f) {
          HideDraw(f, f.name);
          RemoveEmptyFolders(f);
        }}},
      {"hide_allocation", {beacon, HideAllocation}},
      {"canonical_audit_bundle_forged", {beacon, CanonicalAuditBundleForged}},
      {"auditors_bundle_renamed", {beacon, AuditorsBundleRenamed}},
      {"auditors_extra_draw",
       {beacon,
        [](const Folders& f) { Write(f.out + "/auditor/ssq/2026999/tile/entries/000.p/1", "x"); }}},
      {"tile_spelt_otherwise", {beacon, TileSpeltOtherwise}},
      {"upper_tile_replaced", {beacon, UpperTileReplaced}},
      {"tile_beyond_the_checkpoint", {beacon, TileBeyond}},
      {"one_ticket_51_times", {beacon, OneTicketManyTimes}},
      {"tickets_chosen", {beacon, TicketsChosen}},
      {"no_tickets", {beacon, NoTickets}},
      {"prize_in_the_index", {beacon, PrizeInTheIndex}},
      {"proof_of_another_leaf", {beacon, ProofOfAnotherLeaf}},
      {"statement_of_an_unplanned_draw", {beacon, StatementOfAnUnplannedDraw}},
      {"escrow_of_no_plan",
       {beacon,
        [](const Folders& f) {
          Write(f.Public("escrow/" + std::string(64, 'a') + ".json"), "{}\n");
        }}},
      {"rules_of_no_draw",
       {beacon,
        [](const Folders& f) {
          Write(f.Public("rules/" + std::string(64, 'a') + ".json"), "{}\n");
        }}},
      {"file_not_named",
       {beacon, [](const Folders& f) { Write(f.Public("readme.txt"), "x"); }, true}},
      {"file_gone",
       {beacon, [](const Folders& f) { fs::remove(f.Public("opening/ssq.json")); }, true}},
      {"link_in_the_folder", {beacon, LinkInTheFolder, true}},
      {"folder_is_a_link", {beacon, FolderIsALink, true}},
      {"empty_folder",
       {beacon, [](const Folders& f) { fs::create_directories(f.Public("fund/more")); }, true}},
      {"pipe_in_the_folder",
       {beacon,
        [](const Folders& f) {
          if (::mkfifo(f.Public("fund/pipe").c_str(), 0600) != 0) std::exit(3);
        },
        true}},
  };
  return all;
}

}  // namespace lottery::tests
