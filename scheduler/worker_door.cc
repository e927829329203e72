#include "scheduler/worker_door.h"

#include <fmt/format.h>

#include "base/text.h"
#include "protocol/own_certificate.h"
#include "protocol/worker_proof.h"

namespace tidemill {

Result<WorkerDoor> WorkerDoor::open(WorkerDoorConfig config) {
  if (config.makes_certificate) {
    TRY(make_own_certificate(config.certificate_file, config.key_file));
  }
  TlsContext tls = TRY(TlsContext::server(config.certificate_file, config.key_file));
  WorkerDoor door(std::move(config), std::move(tls));
  door.listener_ = TRY(listen_tcp(door.config_.address, door.config_.port));
  door.port_ = TRY(bound_port(door.listener_.get()));
  return door;
}

Status WorkerDoor::reload() {
  tls_ = TRY(TlsContext::server(config_.certificate_file, config_.key_file));
  return Ok{};
}

Result<WorkerDoor::Guest> WorkerDoor::accept(BootTime now) {
  AcceptedTcp accepted = TRY(accept_tcp(listener_.get()));
  Guest guest{Channel(std::move(accepted.fd), TRY(TlsStream::accept(tls_))),
              {std::move(accepted.peer), make_nonce(), now + kPatience}};
  guest.channel.set_max_frame(kMaxFrameOfStrangers);
  guest.channel.send(message::Challenge{message::kProtocolVersion, guest.stranger.nonce});
  return guest;
}

Status WorkerDoor::recognise(const Stranger& stranger, const Channel& channel,
                             const Message& message, Found& found) const {
  const auto* proof = std::get_if<message::Proof>(&message);
  if (proof == nullptr) return invalid("it did not begin with a proof of its token");
  found.worker = proof->worker;
  if (proof->version != message::kProtocolVersion) {
    return invalid(fmt::format(
        "it speaks protocol version {}, this scheduler {}; install the same version on both",
        proof->version, message::kProtocolVersion));
  }
  const auto key = TRY(config_.key_of(proof->worker));
  const std::string binding = TRY(channel.binding());
  found.proven = key && proves(*proof, {stranger.nonce, binding}, key->stored_key);
  if (!found.proven) {
    return invalid(fmt::format("this scheduler has no worker {} with such a token",
                               printable(proof->worker, 64)));
  }
  if (key->revoked) {
    return invalid(fmt::format("the token of worker {} was revoked", proof->worker));
  }
  return Ok{};
}

}  // namespace tidemill
