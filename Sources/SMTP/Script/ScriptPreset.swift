/// A script that comes with the program, for rehearsing what real providers do.
public enum ScriptPreset: String, CaseIterable, Sendable {
  case greylist
  case throttle = "throttle-50-a-minute"
  case unknown = "five-percent-unknown"
  case badDay = "bad-day"

  /// What it does, for people who choose one.
  public var summary: String {
    switch self {
    case .greylist: "Refuses each recipient's first message for a minute, then takes it."
    case .throttle: "Takes 50 messages a minute and puts off all others."
    case .unknown: "Does not know 5% of the recipients, always the same ones."
    case .badDay:
      "A little of everything: slow answers, full mailboxes, lost connections, lost replies."
    }
  }

  /// The script as it could stand in a file.
  public var text: String {
    switch self {
    case .greylist:
      """
      # Who writes to somebody for the first time is asked to come back in a minute.
      rcpt greylist 60s: reply 451 4.7.1 "Greylisted, please try again in a minute"

      """
    case .throttle:
      """
      # 50 messages in any 60 seconds, all connections together.
      mail beyond 50 per minute: reply 451 4.7.1 "Too many messages, slow down"

      """
    case .unknown:
      """
      # One address in twenty does not exist; which ones depends on the address and the seed.
      seed 1
      rcpt share 5%: reply 550 5.1.1 "No such user here"

      """
    case .badDay:
      """
      # Everything that goes wrong with mail servers, a little of each.
      seed 1

      # Some connections come to nothing.
      connect every 25: reset
      banner chance 3%: reply 421 4.3.2 "Too busy, try again later"

      # Answers take their time.
      any: wait 0ms..40ms
      dot chance 1%: wait 3s

      # A limit, and a session of bounded length.
      mail beyond 600 per minute: reply 451 4.7.1 "Too many messages, slow down"
      mail message 51..: reply 421 4.7.0 "Too many messages in one session"

      # Recipients who cannot be reached, now or ever.
      rcpt share 5%: reply 550 5.1.1 "No such user here"
      rcpt share 2%: reply 452 4.2.2 "Mailbox full"
      rcpt share 10% greylist 60s: reply 451 4.7.1 "Greylisted, please try again in a minute"

      # Lost in the middle of a message, and, worse, between the message and its reply.
      body chance 0.5%: reset
      dot chance 0.5%: take, close
      dot chance 1%: reply 554 5.7.1 "This looks like spam"

      """
    }
  }

  /// - Throws: ``ScriptError`` never, as the tests see to.
  public func script() throws(ScriptError) -> SandboxScript { try SandboxScript(parsing: text) }
}
