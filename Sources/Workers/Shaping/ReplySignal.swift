import Octets
import SMTP

/// What a server's reply says about how much it takes.
enum ReplySignal: Sendable, Equatable {
  case accepted
  /// It wants less from us, whoever the recipient is.
  case slowDown
  /// It may be about the recipient alone, or about us: several in a row mean us.
  case doubtful
  /// About one recipient: a full mailbox, greylisting.
  case recipient
  /// Nothing about how much it takes.
  case none

  /// Reads a reply to a command; `nil` is the end of the text.
  init(_ reply: Reply, to command: ClientSession.Command?) {
    switch reply.severity {
    case .success, .intermediate: self = command == nil ? .accepted : .none
    case .permanent: self = reply.enhanced?.subject == 7 ? .doubtful : .none
    case .temporary: self = Self.ofTemporary(reply, to: command)
    }
  }

  private static func ofTemporary(
    _ reply: Reply, to command: ClientSession.Command?
  ) -> ReplySignal {
    if reply.code == 421 { return .slowDown }
    let text = reply.text.prefix(300).map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    func says(_ words: [StaticString]) -> Bool {
      words.contains { word in
        word.withUTF8Buffer { text.firstRange(of: $0) != nil }
      }
    }
    if says(["greylist", "graylist", "grey list", "gray list", "postgrey"]) { return .recipient }
    let isAboutOne = command == .recipient
    switch (reply.enhanced?.subject, reply.enhanced?.detail) {
    case (1?, _), (2?, _): return .recipient
    case (3?, 1?), (3?, 2?), (4?, 5?), (5?, _): return .slowDown
    case (nil, _) where says(["mailbox", "quota"]): return .recipient
    default: break
    }
    if says(Self.hints) { return .slowDown }
    return isAboutOne ? .doubtful : .slowDown
  }

  /// What servers say when they mean the amount.
  private static let hints: [StaticString] = [
    "too many", "too much", "too fast", "too quickly", " rate", "rate limit", "ratelimit",
    "slow down", "throttl", "limit exceeded", "exceeded", "deferred", "reputation", "overload",
    "too busy",
  ]
}
