#include "settlement/payer/serve.h"

#include <sys/signalfd.h>

#include <csignal>

#include "base/log.h"
#include "protocol/net/local.h"

namespace lottery::settlement::payer {
using base::ErrorCode;
using base::Fail;
using base::pg::Session;
namespace {

Result<wire::PayAnswer> Ask(Payer& payer, std::optional<Session>& session,
                            const std::string& database, const wire::PayRequest& request) {
  if (!session || session->Broken()) {
    LOTTERY_TRY(auto opened, Session::Open(database));
    session.emplace(std::move(opened));
  }
  return payer.Handle(*session, request);
}

}  // namespace

Bytes Answer(Payer& payer, std::optional<Session>& session, const std::string& database,
             base::ByteView question) {
  wire::PayRequest request;
  wire::PayAnswer answer;
  if (!request.ParseFromArray(question.data(), static_cast<int>(question.size()))) {
    answer.set_refusal(static_cast<std::uint32_t>(ErrorCode::kBadMessage));
    return answer.SerializeAsString();
  }
  auto handled = Ask(payer, session, database, request);
  if (handled) return handled->SerializeAsString();
  base::LogWarn("未能兑付 a claim was neither paid nor refused: " + handled.error().detail);
  answer.set_refusal(static_cast<std::uint32_t>(ErrorCode::kPayerUnavailable));
  return answer.SerializeAsString();
}

Status Serve(const protocol::Trust& trust, const crypto::SigningKey& key,
             const std::string& database, const std::string& socket_path,
             const std::string& journal_folder, const std::function<void()>& ready) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  const protocol::net::Descriptor signals(::signalfd(-1, &stop, SFD_CLOEXEC));
  LOTTERY_TRY(auto server, protocol::net::LocalServer::Listen(socket_path));
  LOTTERY_TRY(auto first, Session::Open(database));
  LOTTERY_TRY(auto journal, Journal::Open(journal_folder));
  Payer payer(trust, key, journal);
  LOTTERY_TRY_VOID(payer.Begin(first));
  ready();
  server.Run(
      [&] {
        auto session = std::make_shared<std::optional<Session>>();
        return [&payer, &database, session](base::ByteView question) {
          return Answer(payer, *session, database, question);
        };
      },
      signals.get());
  return {};
}

}  // namespace lottery::settlement::payer
