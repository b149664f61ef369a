package import Net
package import SMTP

/// The way out of the house: which server, how, and with how much patience.
package struct Exit: Sendable {
  package let endpoint: Endpoint
  package let hello: String?
  package let tls: TLSContext
  package let unverifiedTLS: TLSContext
  package let patience: Patience
  package let loop: EventLoop

  package init(
    to endpoint: Endpoint, hello: String? = nil, patience: Patience = Patience(),
    on loop: EventLoop
  ) throws(NetError) {
    self.endpoint = endpoint
    self.hello = hello
    self.patience = patience
    self.loop = loop
    tls = try .client()
    unverifiedTLS = try .unverifiedClient()
  }

  /// Opens a session, in a task that prefers the exit's loop.
  func open() async throws(SessionError) -> ClientSession {
    try await ClientSession.open(
      endpoint, hello: hello, tls: tls, unverifiedTLS: unverifiedTLS, patience: patience, on: loop)
  }

  /// Connects, begins TLS, signs in and says goodbye: what "Test" does.
  ///
  /// - Returns: What is wrong, or `nil`.
  package func problem() async -> SessionError? {
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
