public import Net
import Octets

/// An SMTP server on loopback: the sandbox that messages can be sent into.
///
/// It hands every complete message to `receive` and answers once that returns, so what was
/// acknowledged has been kept.
public struct SMTPServer: Sendable {
  public typealias Receiver = @Sendable (ServerMessage) async -> ServerDecision

  let configuration: ServerConfiguration
  let tls: TLSContext?
  let isImplicit: Bool
  let patience: Duration
  let receive: Receiver
  private let loop: EventLoop

  /// A server that offers STARTTLS with `tls`, or speaks it from the first octet where
  /// `isImplicit`, and keeps a silent client for as long as `patience`.
  ///
  /// A script's message that is not to be kept comes to `receive` too: its decision says so.
  public init(
    _ configuration: ServerConfiguration, tls: TLSContext? = nil, isImplicit: Bool = false,
    patience: Duration = .seconds(300), on loop: EventLoop, receive: @escaping Receiver
  ) {
    var configuration = configuration
    configuration.offersStartTLS = tls != nil && !isImplicit && !configuration.withholdsStartTLS
    self.configuration = configuration
    self.tls = tls
    self.isImplicit = isImplicit
    self.patience = patience
    self.loop = loop
    self.receive = receive
  }

  /// Serves until the calling task is cancelled; `ready` is told the port once clients can connect.
  ///
  /// It throws when the address cannot be listened at.
  public func run(
    at address: SocketAddress, ready: @escaping @Sendable (UInt16) -> Void
  ) async throws(NetError) {
    let failure = await withTaskGroup(of: NetError?.self) { group in
      group.addTask(executorPreference: loop) { await listen(at: address, ready: ready) }
      return await group.next() ?? nil
    }
    if let failure { throw failure }
  }

  private func listen(
    at address: SocketAddress, ready: @Sendable (UInt16) -> Void
  ) async -> NetError? {
    var listener: Listener
    do throws(NetError) {
      listener = try Listener(at: address, on: loop)
    } catch {
      return error
    }
    let address = address.at(port: listener.port)
    let door = ServerDoor(ListenerHandle(listener, on: loop))
    if let outage = configuration.outage {
      listener.close()
      let opened = await wait(out: outage, at: address, door) { ready(listener.port) }
      guard let opened else { return nil }
      listener = opened
    } else {
      ready(listener.port)
    }
    return await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
          let fd = await listener.acceptDescriptor()
          if let outage = door.takeOutage() {
            listener.close()
            guard let opened = await wait(out: outage, at: address, door) else { break }
            listener = opened
            continue
          }
          guard let fd else { break }
          let visit = door.enter()
          group.addTask(executorPreference: loop) {
            await serve(fd, visit, door)
            door.leave()
          }
        }
        group.cancelAll()
      }
      return nil
    } onCancel: {
      door.close()
    }
  }

  /// Holds the port while the outage lasts.
  ///
  /// - Returns: The new listener, `nil` when the server is to end.
  private func wait(
    out outage: PortOutage, at address: SocketAddress, _ door: ServerDoor,
    whenHeld: () -> Void = {}
  ) async -> Listener? {
    var held = try? HeldPort(at: address, outage.kind)
    whenHeld()
    // A year is for good.
    try? await Task.sleep(for: outage.duration ?? .seconds(31_536_000))
    if held != nil { held = nil }
    while !Task.isCancelled {
      if let listener = try? Listener(at: address, on: loop) {
        door.open(ListenerHandle(listener, on: loop))
        return listener
      }
      // The system may need a moment to let go of the port.
      try? await Task.sleep(for: .milliseconds(20))
    }
    return nil
  }

  private func serve(
    _ fd: AcceptedDescriptor, _ visit: ServerVisit, _ door: ServerDoor
  ) async {
    guard let stream = fd.stream(on: loop) else { return }
    let closing = StreamHandle(stream, on: loop)
    await withTaskCancellationHandler {
      var client = ServedClient(of: self, over: stream, visit, door)
      await client.converse()
    } onCancel: {
      closing.close()
    }
    stream.close()
  }
}
