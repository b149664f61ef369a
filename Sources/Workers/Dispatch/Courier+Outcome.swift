import Model
public import SMTP

// What the ledger is told about what a server said.

extension Courier {
  /// The meaning of a reply to the final dot, or of our own refusal.
  static func outcome(of reply: Reply) -> DeliveryOutcome {
    switch reply.severity {
    case .success: .accepted(answer(reply))
    case .permanent: .refusedForGood(answer(reply))
    case .intermediate, .temporary: .refusedForNow(answer(reply))
    }
  }

  /// The meaning of a refusal before the text.
  static func outcome(
    of reply: Reply, to command: ClientSession.Command
  ) -> DeliveryOutcome {
    // 421: the server closes the session, whatever the message (RFC 5321 §3.8).
    if reply.code == 421 { return .unsent(reason: reply.line) }
    return switch reply.severity {
    case .permanent: .refusedForGood(answer(reply))
    default: .refusedForNow(answer(reply))
    }
  }

  static func outcome(of interruption: ClientSession.Interruption) -> DeliveryOutcome {
    if interruption.isInDoubt {
      return .inDoubt(reason: "\(interruption.cause.sentence) after the whole message was sent")
    }
    if case .refused(let reply, _) = interruption.cause, reply.severity == .permanent {
      return .refusedForGood(answer(reply))
    }
    return .unsent(reason: interruption.cause.sentence)
  }

  /// The meaning of a connection that we cut ourselves, because the program ends.
  static func outcome(ofCut interruption: ClientSession.Interruption) -> DeliveryOutcome {
    interruption.isInDoubt
      ? .inDoubt(reason: "the program was stopped before the server replied")
      : .unsent(reason: "the sending was stopped")
  }

  /// A refusal that is about us, not about the message: without signing in nothing will be taken.
  static func senderFailure(_ reply: Reply) -> SessionError? {
    switch reply.code {
    case 530, 535, 538: .wrongCredentials(reply)
    default: nil
    }
  }

  private static func answer(_ reply: Reply) -> ServerAnswer {
    // A reply is made of whatever octets the server likes; storage takes UTF-8.
    let text =
      reply.text.allSatisfy { $0 < 0x80 }
      ? reply.text : [UInt8](String(decoding: reply.text, as: UTF8.self).utf8)
    return ServerAnswer(
      code: reply.code, enhancedCode: reply.enhanced?.description ?? "", text: text)
  }
}

extension SessionError {
  /// What happened, in one line for a report.
  public var sentence: String {
    switch self {
    case .network(let error, let step): "\(error) while \(step.rawValue)"
    case .refused(let reply, let step): "the server refused \(step.rawValue): \(reply.line)"
    case .wrongCredentials(let reply): "the server refused the sign-in: \(reply.line)"
    case .unprovenServer: "the server did not prove that it knows the password"
    case .tlsNotOffered: "the server offers no TLS (STARTTLS)"
    case .noMechanism(let offered):
      offered.isEmpty
        ? "the server offers no way to sign in"
        : "the server offers no way to sign in that is known here (it has \(offered.joined(separator: ", ")))"
    case .forbiddenAddress(let host): "\(host) is at a private address, which is not allowed here"
    case .violation(let what, let step): "the server sent \(what) while \(step.rawValue)"
    }
  }
}
