package import Net
import Octets

/// An SMTP server on loopback: the sandbox that messages can be sent into.
///
/// It hands every complete message to `receive` and answers once that returns, so what was
/// acknowledged has been kept.
package struct SMTPServer: Sendable {
  package typealias Receiver = @Sendable (ServerMessage) async -> ServerDecision

  private let configuration: ServerConfiguration
  private let tls: TLSContext?
  private let isImplicit: Bool
  private let patience: Duration
  private let loop: EventLoop
  private let receive: Receiver

  /// A server that offers STARTTLS with `tls`, or speaks it from the first octet where
  /// `isImplicit`, and keeps a silent client for as long as `patience`.
  package init(
    _ configuration: ServerConfiguration, tls: TLSContext? = nil, isImplicit: Bool = false,
    patience: Duration = .seconds(300), on loop: EventLoop, receive: @escaping Receiver
  ) {
    var configuration = configuration
    configuration.offersStartTLS = tls != nil && !isImplicit
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
  package func run(
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
    let listener: Listener
    do throws(NetError) {
      listener = try Listener(at: address, on: loop)
    } catch {
      return error
    }
    ready(listener.port)
    let closing = ListenerHandle(listener, on: loop)
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled, let fd = await listener.acceptDescriptor() {
          group.addTask(executorPreference: loop) { await serve(fd) }
        }
        group.cancelAll()
      }
    } onCancel: {
      closing.close()
    }
    return nil
  }

  // MARK: One client

  private func serve(_ fd: AcceptedDescriptor) async {
    guard let stream = fd.stream(on: loop) else { return }
    let closing = StreamHandle(stream, on: loop)
    await withTaskCancellationHandler {
      await converse(over: stream)
    } onCancel: {
      closing.close()
    }
    stream.close()
  }

  private func converse(over stream: Stream) async {
    do throws(NetError) {
      if isImplicit, let tls { try await stream.acceptTLS(as: tls, by: .after(patience)) }
      var conversation = ServerConversation(configuration, isSecure: isImplicit)
      var input: [UInt8] = []
      var output: [UInt8] = []
      /// Where in `input` the octets begin that have not been used up.
      var start = 0
      var event = conversation.start(into: &output)
      while true {
        let isStartingTLS = event == .startTLS
        guard try await settle(&event, &conversation, &output, stream) else { return }
        // What came in the clear behind STARTTLS may be an attacker's.
        if isStartingTLS { (input, start) = ([], 0) }
        let step = conversation.receive(input[start...], into: &output)
        start += step.consumed
        event = step.event
        if event != nil { continue }
        try await flush(&output, stream)
        if step.consumed > 0, start < input.count { continue }
        input.removeFirst(start)
        start = 0
        if try await stream.read(into: &input, by: .after(patience)) == 0 { return }
      }
    } catch {
      // The client is gone, or too slow: nothing that was acknowledged is lost by it.
      return
    }
  }

  /// Does what the conversation asks for, until it can go on.
  ///
  /// - Returns: `false` when the conversation is over.
  private func settle(
    _ event: inout ServerEvent?, _ conversation: inout ServerConversation,
    _ output: inout [UInt8], _ stream: Stream
  ) async throws(NetError) -> Bool {
    while let pending = event {
      switch pending {
      case .message(let message):
        let decision = await receive(message)
        event = conversation.answer(decision, into: &output)
      case .startTLS:
        try await flush(&output, stream)
        guard let tls else { return false }
        try await stream.acceptTLS(as: tls, by: .after(patience))
        conversation.startedTLS()
        event = nil
      case .wait(let duration):
        try await flush(&output, stream)
        try? await Task.sleep(for: duration)
        event = conversation.resume(into: &output)
      case .close:
        try await flush(&output, stream)
        return false
      }
    }
    return true
  }

  private func flush(_ output: inout [UInt8], _ stream: Stream) async throws(NetError) {
    guard !output.isEmpty else { return }
    try await stream.write(output, stallingAtMost: patience)
    output.removeAll(keepingCapacity: true)
  }
}
