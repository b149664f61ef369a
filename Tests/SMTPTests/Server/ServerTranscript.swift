import SMTP

/// A whole conversation, driven as a socket loop would drive it.
struct ServerTranscript: Equatable {
  var output = ""
  var messages: [ServerMessage] = []
  var waits: [Duration] = []
  /// What else the driver was asked to do.
  var faults: [ServerEvent?] = []
  var isClosed = false
  var ending: ServerEnding?
  var asksForTLS = false

  /// Feeds `input` in pieces of `size` octets and answers each message as the policy says.
  static func run(
    _ input: [UInt8], by size: Int = .max, on conversation: inout ServerConversation,
    opening: Bool = true
  ) -> ServerTranscript {
    var transcript = ServerTranscript()
    var output: [UInt8] = []
    if opening { transcript.take(conversation.start(into: &output), &conversation, &output) }
    var start = 0
    feeding: while start < input.count, !transcript.isClosed {
      let end = input.count - start <= size ? input.count : start + size
      while start < end {
        let step = conversation.receive(input[start..<end], into: &output)
        start += step.consumed
        transcript.take(step.event, &conversation, &output)
        if transcript.isClosed || transcript.asksForTLS { break feeding }
        if step.consumed == 0, step.event == nil { break feeding }
      }
    }
    transcript.output = String(decoding: output, as: UTF8.self)
    return transcript
  }

  static func run(
    _ input: String, by size: Int = .max,
    _ configure: (inout ServerConfiguration) -> Void = { _ in }
  ) -> ServerTranscript {
    var configuration = ServerConfiguration()
    configure(&configuration)
    var conversation = ServerConversation(configuration)
    return run(Array(input.utf8), by: size, on: &conversation)
  }

  /// A server that plays a script.
  static func run(_ input: String, playing script: String) throws -> ServerTranscript {
    let script = try SandboxScript(parsing: script)
    return run(input) { $0.play(script) }
  }

  /// The first words of the replies.
  var codes: [String] {
    output.split(separator: "\r\n").filter { $0.dropFirst(3).first != "-" }.map {
      String($0.prefix(3))
    }
  }

  private mutating func take(
    _ event: ServerEvent?, _ conversation: inout ServerConversation, _ output: inout [UInt8]
  ) {
    switch event {
    case nil: return
    case .message(let message):
      messages.append(message)
      take(conversation.answer(message.decision, into: &output), &conversation, &output)
    case .wait(let duration):
      waits.append(duration)
      take(conversation.resume(into: &output), &conversation, &output)
    case .reading, .writing, .discardInput, .outage:
      faults.append(event)
      take(conversation.resume(into: &output), &conversation, &output)
    case .startTLS: asksForTLS = true
    case .close(let ending):
      isClosed = true
      self.ending = ending
    }
  }
}

extension ServerMessage {
  var text: String { String(decoding: bytes, as: UTF8.self) }
}
