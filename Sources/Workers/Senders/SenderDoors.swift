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
  let porches = Porches()
  /// How long each step of a conversation may take.
  private let patience: Patience

  init(
    keys: KeyRing, inbox: SandboxInbox, rule: AddressRule, hello: String?, loop: EventLoop,
    patience: Patience = Patience()
  ) throws(NetError) {
    self.keys = keys
    self.inbox = inbox
    self.rule = rule
    self.hello = hello
    self.loop = loop
    self.patience = patience
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

  /// The way to a sender's server.
  ///
  /// A trial, with a patience of its own, begins as if nothing were known of the server.
  func door(
    of sender: Sender, trying trial: Patience? = nil
  ) throws(Failure) -> Exit {
    let porch = trial == nil ? porches.porch(of: sender) : Porch()
    let patience = trial ?? patience
    switch sender.kind {
    case .sandbox:
      guard let endpoint = inbox.endpoint(of: sender.workspace) else { throw .notYet }
      return Exit(
        to: endpoint, hello: "engine.martlet.invalid", patience: patience, tls: tls,
        unverifiedTLS: unverifiedTLS, on: loop, porch: porch)
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
        on: loop, porch: porch, remembering: addresses
      ) { [rule] address in rule.admits(address, of: host) }
    }
  }
}
