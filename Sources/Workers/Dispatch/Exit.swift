public import Net
public import SMTP

/// The way out of the house: which server, how, and with how much patience.
public struct Exit: Sendable {
  public let endpoint: Endpoint
  public let hello: String?
  public let tls: TLSContext
  public let unverifiedTLS: TLSContext
  public let patience: Patience
  public let loop: EventLoop
  /// Whether an address that the server's name stands for may be connected to.
  private let admits: @Sendable (SocketAddress) -> Bool
  /// What all who use this server's account know of it.
  let porch: Porch
  private let addresses: AddressMemory
  /// The server as the ledger names it.
  let server: [UInt8]

  public init(
    to endpoint: Endpoint, hello: String? = nil, patience: Patience = Patience(),
    on loop: EventLoop
  ) throws(NetError) {
    self.init(
      to: endpoint, hello: hello, patience: patience, tls: try .client(),
      unverifiedTLS: try .unverifiedClient(), on: loop)
  }

  /// A way out with TLS settings that others use too, to addresses that are admitted.
  init(
    to endpoint: Endpoint, hello: String?, patience: Patience, tls: TLSContext,
    unverifiedTLS: TLSContext, on loop: EventLoop, porch: Porch = Porch(),
    remembering addresses: AddressMemory = .init(),
    admitting admits: @escaping @Sendable (SocketAddress) -> Bool = { _ in true }
  ) {
    self.endpoint = endpoint
    self.hello = hello
    self.patience = patience
    self.loop = loop
    self.tls = tls
    self.unverifiedTLS = unverifiedTLS
    self.porch = porch
    self.addresses = addresses
    server = [UInt8](endpoint.name.utf8)
    self.admits = admits
  }

  /// Opens a session, in a task that prefers the exit's loop; `report` gets what was said when
  /// that fails.
  func open(
    whenItFails report: ((Transcript) -> Void)? = nil
  ) async throws(SessionError) -> ClientSession {
    try await ClientSession.open(
      endpoint, hello: hello, tls: tls, unverifiedTLS: unverifiedTLS, patience: patience, on: loop,
      admitting: admits, sharing: porch.signIns, remembering: addresses, whenItFails: report)
  }

  /// Connects, begins TLS, signs in and says goodbye: what "Test" does.
  ///
  /// - Returns: What is wrong, or `nil`.
  public func problem() async -> SessionError? {
    await withTaskGroup(of: SessionError?.self) { group in
      group.addTask(executorPreference: loop) {
        do throws(SessionError) {
          let session = try await open()
          await session.quit()
          return nil
        } catch {
          return error
        }
      }
      return await group.next() ?? nil
    }
  }
}
