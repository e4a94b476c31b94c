// SPDX-License-Identifier: MIT
#include "portal/callers.hpp"

namespace dd::portal {
namespace {

Error needs_credentials() { return make_error(Errc::kUnauthorized, "this call needs a token or an API key"); }

Result<void> reaches(const Caller& caller, Guard guard) {
  if (caller.operates()) return ok();
  const trust::Grants& grants = caller.claims.grants;
  switch (guard) {
    case Guard::kOpen:
    case Guard::kKendra: return ok();
    case Guard::kRecordings:
    case Guard::kRecording:
      if (grants.record || grants.admin) return ok();
      return not_granted("recordings need a token that grants record or admin");
    case Guard::kAdmin:
      if (grants.admin && caller.claims.meeting.empty()) return ok();
      return not_granted("the administration needs a token that grants admin for all meetings");
    case Guard::kMetrics:
    case Guard::kOperator: return not_granted("this is the operator's");
  }
  return not_granted("this is the operator's");
}

}  // namespace

Result<std::unique_ptr<Callers>> Callers::open(Loop& loop, control::Tenants& tenants, observe::Metrics& metrics,
                                               const PortalSettings& settings) {
  std::unique_ptr<Callers> callers(new Callers(loop, tenants, metrics, settings.development));
  DD_TRY(callers->key_, api::AccessRule::open(settings.api_key, {}));
  DD_TRY(callers->networks_, api::AccessRule::open({}, settings.allowed_networks));
  return callers;
}

Result<void> Callers::may_try(const api::PeerAddress& peer) {
  const auto wait = failures_.wait(peer, loop_.now());
  if (!wait) return ok();
  metrics_.add(observe::Metric::kHttpRejected, {"failures"});
  Error error = make_error(Errc::kTooManyRequests, "too many calls from this address had no valid credentials");
  error.retry_after = *wait;
  return error;
}

void Callers::count_failure(const api::PeerAddress& peer) {
  metrics_.add(observe::Metric::kHttpRejected, {"unauthenticated"});
  failures_.failed(peer, loop_.now());
}

Task<Result<Caller>> Callers::identify(const api::HttpRequest& request, Guard guard) {
  const std::string_view credential = api::sent_credential(request);
  const bool keyed = !key_.open_to_everyone() && key_.judge(request) == api::AccessRule::Verdict::kAllowed;
  const bool near = development_ || (!networks_.open_to_everyone() && networks_.judge(request) == api::AccessRule::Verdict::kAllowed);
  return identify_by(std::string(credential), keyed, near, request.peer, guard);
}

Task<Result<Caller>> Callers::identify_by(std::string credential, bool keyed, bool near, api::PeerAddress peer, Guard guard) {
  Caller caller;
  if (guard == Guard::kOpen) co_return caller;
  if (keyed) {
    caller.kind = Caller::Kind::kOperator;
    co_return caller;
  }
  if (!credential.empty()) {
    auto identified = co_await identify_token(std::move(credential), peer, guard);
    co_return identified;
  }
  if (near && (guard == Guard::kKendra || guard == Guard::kMetrics)) {
    caller.kind = Caller::Kind::kMachine;
    co_return caller;
  }
  metrics_.add(observe::Metric::kHttpRejected, {"unauthenticated"});
  co_return needs_credentials();
}

Task<Result<Caller>> Callers::identify_token(std::string token, api::PeerAddress peer, Guard guard) {
  DD_CO_TRY_VOID(may_try(peer));
  auto claims = co_await tenants_.authenticate(std::move(token));
  if (!claims) {
    if (claims.error().code == Errc::kUnauthorized) count_failure(peer);
    co_return Error(std::move(claims.error()));
  }
  DD_CO_TRY_VOID(tenants_.spend_request(claims->tenant));
  Caller caller;
  caller.kind = Caller::Kind::kToken;
  const bool operates = claims->tenant == trust::kOperatorTenant && claims->grants.admin && claims->meeting.empty();
  if (operates) caller.kind = Caller::Kind::kOperator;
  caller.claims = std::move(*claims);
  DD_CO_TRY_VOID(reaches(caller, guard));
  co_return caller;
}

}  // namespace dd::portal
