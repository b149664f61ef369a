import Crypto
import Model
import Net
import SMTP

/// The ways out of the house: each sender's server, with password, TLS and rule.
struct SenderDoors: Sendable {
  let keys: KeyRing
  let inbox: SandboxInbox
  let rule: AddressRule
  private let hello: String?
  private let loop: EventLoop
  private let tls: TLSContext
  private let unverifiedTLS: TLSContext
  private let addresses = AddressMemory()

  init(
    keys: KeyRing, inbox: SandboxInbox, rule: AddressRule, hello: String?, loop: EventLoop
  ) throws(NetError) {
    self.keys = keys
    self.inbox = inbox
    self.rule = rule
    self.hello = hello
    self.loop = loop
    tls = try .client()
    unverifiedTLS = try .unverifiedClient()
  }

  /// Why a sender's server is unknown.
  enum Failure: Error {
    /// Its password does not open.
    case sealed(CryptoError)
    /// The mail server within does not listen yet.
    case notYet
  }

  func door(
    of sender: Sender, patience: Patience = Patience()
  ) throws(Failure) -> Exit {
    switch sender.kind {
    case .sandbox:
      guard let endpoint = inbox.endpoint(of: sender.workspace) else { throw .notYet }
      return Exit(
        to: endpoint, hello: "engine.martlet.invalid", patience: patience, tls: tls,
        unverifiedTLS: unverifiedTLS, on: loop)
    case .smtp:
      let endpoint: Endpoint
      do throws(CryptoError) {
        endpoint = try SenderEndpoint.of(sender, keys: keys)
      } catch {
        throw .sealed(error)
      }
      let host = endpoint.host
      return Exit(
        to: endpoint, hello: hello, patience: patience, tls: tls, unverifiedTLS: unverifiedTLS,
        on: loop, remembering: addresses
      ) { [rule] address in rule.admits(address, of: host) }
    }
  }
}
