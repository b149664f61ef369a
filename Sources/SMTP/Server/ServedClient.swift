import Net

/// One client's connection: reads, writes, waits and ends as the conversation says.
struct ServedClient {
  /// How often a slow connection is attended to, in a second.
  private static let turns = 20

  private let server: SMTPServer
  private let stream: Stream
  private let door: ServerDoor
  private var conversation: ServerConversation
  private var input: [UInt8] = []
  /// Where in `input` the octets begin that have not been used up.
  private var start = 0
  private var output: [UInt8] = []
  /// Octets a second, `nil` as fast as it goes.
  private var readingRate: Int?
  private var writingRate: Int?

  init(of server: SMTPServer, over stream: Stream, _ visit: ServerVisit, _ door: ServerDoor) {
    self.server = server
    self.stream = stream
    self.door = door
    conversation = ServerConversation(
      server.configuration, isSecure: server.isImplicit, visit: visit)
  }

  mutating func converse() async {
    do throws(NetError) {
      if server.isImplicit, let tls = server.tls {
        try await stream.acceptTLS(as: tls, by: .after(server.patience))
      }
      var event = conversation.start(into: &output)
      while true {
        guard try await settle(&event) else { return }
        let step = conversation.receive(input[start...], into: &output)
        start += step.consumed
        event = step.event
        if event != nil { continue }
        try await flush()
        if step.consumed > 0, start < input.count { continue }
        input.removeFirst(start)
        start = 0
        if try await read() == 0 { return }
      }
    } catch {
      // The client is gone, or too slow: nothing that was acknowledged is lost by it.
      return
    }
  }

  /// Does what the conversation asks for, until it can go on.
  ///
  /// - Returns: `false` when the conversation is over.
  private mutating func settle(_ event: inout ServerEvent?) async throws(NetError) -> Bool {
    while let pending = event {
      switch pending {
      case .message(let message):
        event = conversation.answer(await server.receive(message), into: &output)
        continue
      case .startTLS:
        try await flush()
        guard let tls = server.tls else { return false }
        try await stream.acceptTLS(as: tls, by: .after(server.patience))
        // What came in the clear behind STARTTLS may be an attacker's.
        (input, start) = ([], 0)
        conversation.startedTLS()
        event = nil
        continue
      case .close(let ending):
        try await flush()
        await end(ending)
        return false
      case .wait(let duration):
        try await flush()
        try? await Task.sleep(for: duration)
      case .reading(let rate):
        readingRate = rate
        stream.keepReceiveWindowSmall()
      case .writing(let rate):
        try await flush()
        writingRate = rate
      case .discardInput: (input, start) = ([], 0)
      case .outage(let outage): door.begin(outage)
      }
      event = conversation.resume(into: &output)
    }
    return true
  }

  private func end(_ ending: ServerEnding) async {
    switch ending {
    case .farewell: await stream.closeGently(by: .after(.seconds(5)))
    case .cut: await stream.closeGently(by: .after(.seconds(5)), saysGoodbye: false)
    case .reset: stream.reset()
    }
  }

  private mutating func read() async throws(NetError) -> Int {
    guard let rate = readingRate else {
      return try await stream.read(into: &input, by: .after(server.patience))
    }
    let count = try await stream.read(
      into: &input, atMost: max(1, rate / Self.turns), by: .after(server.patience))
    try? await Task.sleep(for: .seconds(1) * count / rate)
    return count
  }

  private mutating func flush() async throws(NetError) {
    guard !output.isEmpty else { return }
    if let rate = writingRate {
      let portion = max(1, rate / Self.turns)
      for first in stride(from: 0, to: output.count, by: portion) {
        let octets = Array(output[first..<min(first + portion, output.count)])
        try await stream.write(octets, stallingAtMost: server.patience)
        try? await Task.sleep(for: .seconds(1) * octets.count / rate)
      }
    } else {
      try await stream.write(output, stallingAtMost: server.patience)
    }
    output.removeAll(keepingCapacity: true)
  }
}
