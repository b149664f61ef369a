import SMTP
import Testing

@testable import Workers

struct ReplySignalTests {
  private func signal(
    _ code: Int, _ enhanced: EnhancedCode?, _ text: String, to command: ClientSession.Command?
  ) -> ReplySignal {
    ReplySignal(Reply(code: code, enhanced: enhanced, text: [UInt8](text.utf8)), to: command)
  }

  @Test func `what is about the amount slows down`() {
    for command in [nil, ClientSession.Command.mail, .recipient, .data] {
      #expect(signal(421, nil, "bye", to: command) == .slowDown)
      #expect(
        signal(451, EnhancedCode(4, 7, 1), "Too many messages, slow down", to: command)
          == .slowDown)
      #expect(signal(450, EnhancedCode(4, 3, 2), "later", to: command) == .slowDown)
      #expect(signal(452, EnhancedCode(4, 3, 1), "disk full", to: command) == .slowDown)
      #expect(signal(451, EnhancedCode(4, 4, 5), "congestion", to: command) == .slowDown)
    }
    #expect(signal(454, nil, "no", to: .mail) == .slowDown)
    #expect(signal(451, EnhancedCode(4, 7, 0), "Temporarily refused", to: nil) == .slowDown)
    #expect(
      signal(421, EnhancedCode(4, 7, 0), "[TSS04] Messages temporarily deferred", to: .mail)
        == .slowDown)
  }

  @Test func `what is about one recipient does not`() {
    for text in ["Mailbox full", ""] {
      #expect(signal(452, EnhancedCode(4, 2, 2), text, to: .recipient) == .recipient)
    }
    #expect(signal(450, EnhancedCode(4, 2, 0), "Greylisted", to: .recipient) == .recipient)
    #expect(
      signal(451, EnhancedCode(4, 7, 1), "GREYLISTED, too many new senders", to: .recipient)
        == .recipient)
    #expect(signal(452, nil, "User over quota", to: .recipient) == .recipient)
    #expect(signal(451, EnhancedCode(4, 1, 1), "try later", to: nil) == .recipient)
  }

  @Test func `what may be either is doubtful, and other refusals say nothing`() {
    #expect(signal(450, nil, "try later", to: .recipient) == .doubtful)
    #expect(signal(451, EnhancedCode(4, 7, 1), "try later", to: .recipient) == .doubtful)
    #expect(signal(451, EnhancedCode(4, 3, 0), "lookup failed", to: .recipient) == .doubtful)
    #expect(signal(550, EnhancedCode(5, 7, 1), "blocked", to: nil) == .doubtful)
    #expect(signal(550, EnhancedCode(5, 1, 1), "no such user", to: .recipient) == .none)
    #expect(signal(554, nil, "no", to: nil) == .none)
    #expect(signal(250, nil, "ok", to: .recipient) == .none)
    #expect(signal(250, nil, "ok", to: nil) == .accepted)
  }
}
