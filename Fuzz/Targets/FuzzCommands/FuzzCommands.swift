import CFuzzer
import Glibc
import Octets

@testable import SMTP

/// A client that says anything at all: the sandbox's conversation never traps, answers in bounds,
/// and answers the same in whatever pieces the commands come.
@main
enum FuzzCommands {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
      LLVMFuzzerRunDriver(&count, &arguments) { octets, count in
        FuzzCommands.run([UInt8](UnsafeBufferPointer(start: octets, count: count)))
        return 0
      })
  }

  private static let longestMessage = 4_096

  /// The first octet says in what pieces the others come, the second what kind of server it is.
  private static func run(_ input: [UInt8]) {
    guard input.count > 2 else { return }
    let octets = Array(input[2...])
    let kind = input[1]
    let whole = converse(octets, by: octets.count, with: kind)
    let pieces = converse(octets, by: 1 + Int(input[0]), with: kind)
    // Octets in the same piece as STARTTLS are an injection, those that come later are not.
    let mayDiffer = octets.lowercasedASCII.firstRange(of: Array("starttls".utf8)) != nil
    precondition(whole == pieces || mayDiffer, "pieces make a difference")
    precondition(whole.output.count < 600 * (octets.count + 10), "more answers than questions")
    for message in whole.messages {
      precondition(message.bytes.count <= longestMessage)
      precondition(message.envelope.recipients.count <= 100)
      precondition(!message.envelope.recipients.isEmpty)
    }
  }

  private static func configuration(_ kind: UInt8) -> ServerConfiguration {
    var configuration = ServerConfiguration()
    configuration.longestMessage = longestMessage
    configuration.mostRecipients = 100
    configuration.offersStartTLS = kind & 1 != 0
    configuration.requiresTLS = kind & 2 != 0
    configuration.keepsMessages = kind & 4 == 0
    if kind & 8 != 0 {
      configuration.authenticator = { user, _ in user.count.isMultiple(of: 2) }
      configuration.allowsAuthenticationInClear = kind & 16 != 0
      configuration.requiresAuthentication = kind & 32 != 0
    }
    if kind & 64 != 0 { configuration.extensions = [.size, .eightBitMIME] }
    if kind & 128 != 0, let script = try? SandboxScript(parsing: script) {
      configuration.play(script) { .zero }
    }
    return configuration
  }

  /// A little of everything that is decided without dice, which fall by the number of throws.
  private static let script = """
    mail from slow.example: wait 5s
    rcpt recipient 3..: reply 452 4.5.3 "Too many"
    rcpt share 20%: reply 550 5.1.1 "Unknown"
    data every 3: take, silence
    body octets 100: read 10/s
    dot larger 500: reply 552 5.3.4 "Too big"
    dot every 2: take, say "250 2.0"
    rset: wait 1s, accept
    """

  private struct Conversation: Equatable {
    var output: [UInt8] = []
    var messages: [ServerMessage] = []
    var hasEnded = false
  }

  /// Drives the server as a socket would.
  private static func converse(
    _ input: [UInt8], by size: Int, with kind: UInt8
  ) -> Conversation {
    var server = ServerConversation(configuration(kind), isSecure: kind & 3 == 2)
    var seen = Conversation()
    settle(server.start(into: &seen.output), &server, &seen)
    var start = 0
    while start < input.count, !seen.hasEnded {
      let end = input.count - start <= size ? input.count : start + size
      while start < end, !seen.hasEnded {
        let before = seen.output.count
        let step = server.receive(input[start..<end], into: &seen.output)
        precondition(step.consumed >= 0 && step.consumed <= end - start)
        precondition(seen.output.count - before < 1 << 17, "one portion without end")
        start += step.consumed
        settle(step.event, &server, &seen)
        if step.consumed == 0, step.event == nil {
          precondition(server.isPaused, "it neither reads nor waits")
          seen.hasEnded = true
        }
      }
    }
    return seen
  }

  private static func settle(
    _ event: ServerEvent?, _ server: inout ServerConversation, _ seen: inout Conversation
  ) {
    var event = event
    while let pending = event {
      switch pending {
      case .message(let message):
        seen.messages.append(message)
        event = server.answer(message.decision, into: &seen.output)
      case .startTLS:
        // What came behind it in the clear is thrown away.
        server.startedTLS()
        event = nil
      case .close:
        seen.hasEnded = true
        return
      case .wait, .reading, .writing, .discardInput, .outage:
        event = server.resume(into: &seen.output)
      }
    }
  }
}
