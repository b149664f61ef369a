import Crypto
import MIME
import Net
import Octets

extension ClientSession {
  /// Signs in the best way that policy and server have in common.
  ///
  /// A mechanism that the server cannot use after all, as many do that list every one they have
  /// heard of, is followed by the next. A password that was refused is given in full once, under
  /// TLS, since a store of hashed passwords can check no other way; never more.
  func signIn(
    _ credentials: Credentials, as policy: [Mechanism], sharing memory: SignInMemory?
  ) async throws(SessionError) {
    guard !credentials.isToken || stream.isEncrypted else { throw .tlsNotOffered }
    let memory = memory ?? SignInMemory()
    switch await memory.turn() {
    case .refused(let reply): throw .wrongCredentials(reply)
    case .ahead(let proven):
      var outcome = SignInMemory.Outcome.unknown
      // Whoever waits for the outcome waits no longer, however this ends.
      defer { memory.ended(outcome) }
      do throws(SessionError) {
        let known = proven.map { [$0] } ?? []
        outcome = .signedIn(
          try await firstAccepted(credentials, known + policy.filter { $0 != proven }))
      } catch {
        if case .wrongCredentials(let reply) = error { outcome = .refused(reply) }
        throw error
      }
    }
  }

  private func firstAccepted(
    _ credentials: Credentials, _ policy: [Mechanism]
  ) async throws(SessionError) -> Mechanism {
    var candidates = Mechanism.candidates(
      offered: capabilities.mechanisms, policy: policy, for: credentials)[...]
    var refusal: Reply?
    while let mechanism = candidates.popFirst() {
      let reply: Reply
      do throws(SessionError) {
        reply = try await attempt(mechanism, credentials)
      } catch {
        // A server may hang up after its refusal, which is then the answer.
        if let refusal, case .network = error { throw .wrongCredentials(refusal) }
        throw error
      }
      if reply.isSuccess { return mechanism }
      switch (reply.severity, reply.code) {
      // The mechanism is unknown, switched off, or too weak.
      case (_, 500...504), (_, 534): break
      // "A password transition is needed", which PLAIN makes (RFC 4954 §6).
      case (_, 432) where mechanism.hidesPassword && stream.isEncrypted:
        candidates.removeAll(where: \.hidesPassword)
      case (.permanent, _) where mechanism.hidesPassword && stream.isEncrypted:
        candidates.removeAll(where: \.hidesPassword)
        candidates = candidates.prefix(1)
      case (.permanent, _): throw .wrongCredentials(reply)
      default: throw .refused(reply, at: .authentication)
      }
      refusal = reply
    }
    guard let refusal else { throw .noMechanism(offered: capabilities.mechanisms) }
    guard refusal.severity == .permanent else { throw .refused(refusal, at: .authentication) }
    throw .wrongCredentials(refusal)
  }

  /// Goes through with one mechanism.
  ///
  /// - Returns: The server's verdict.
  private func attempt(
    _ mechanism: Mechanism, _ credentials: Credentials
  ) async throws(SessionError) -> Reply {
    var exchange = mechanism.exchange(
      for: credentials, nonce: Array(Hex.encode(Random.bytes(18)).utf8))
    // What is still to be said before the first challenge is looked at.
    var first = exchange.first
    var line = Array("AUTH \(mechanism.rawValue)".utf8)
    var secrets = credentials.withSecret { [$0, Self.base64($0)] }
    if let octets = first {
      let encoded = octets.isEmpty ? [ASCII.equals] : Self.base64(octets)
      secrets.append(encoded)
      // A command has at most 512 octets with its end (RFC 5321 §4.5.3.1.4), so a long first
      // answer waits for a question (RFC 4954 §4).
      if line.count + 1 + encoded.count + 2 <= 512 {
        line += [ASCII.space] + encoded
        first = nil
      }
    }
    try await sayInSecret(line, noting: "AUTH \(mechanism.rawValue) ***")
    while true {
      let reply = try await reply(
        within: patience.authentication, at: .authentication, hiding: secrets)
      guard reply.severity == .intermediate else {
        // Only now may a "yes" be believed.
        if reply.isSuccess, !exchange.isComplete { throw unproven() }
        return reply.masking(secrets)
      }
      guard let challenge = Self.challenge(in: reply, of: mechanism) else {
        isUsable = false
        throw .violation("a challenge that is not base64", at: .authentication)
      }
      let answer: [UInt8]
      do throws(SignInFault) {
        if let octets = first.take() {
          answer = octets
        } else {
          answer = try await exchange.answer(to: challenge)
        }
      } catch {
        throw sessionError(for: error, mechanism)
      }
      let encoded = Self.base64(answer)
      if !encoded.isEmpty { secrets.append(encoded) }
      try await sayInSecret(encoded, noting: "***")
    }
  }

  /// What a 334 asks; mechanisms that do not look at it get nothing to look at.
  private static func challenge(in reply: Reply, of mechanism: Mechanism) -> [UInt8]? {
    guard mechanism.hidesPassword else { return [] }
    // A text of that length has been cut.
    guard reply.code == 334, reply.text.count < 2_000,
      !reply.text.contains(ASCII.lineFeed)
    else { return nil }
    return Base64.decode(reply.text)
  }

  private func sayInSecret(
    _ line: [UInt8], noting note: String
  ) async throws(SessionError) {
    transcript.client(Array(note.utf8)[...])
    output += line
    output.append("\r\n")
    try await flush(at: .authentication)
  }

  private func unproven() -> SessionError {
    isUsable = false
    return .unprovenServer
  }

  private func sessionError(for fault: SignInFault, _ mechanism: Mechanism) -> SessionError {
    isUsable = false
    return switch fault {
    case .unproven: .unprovenServer
    case .malformed(let what): .violation(what, at: .authentication)
    case .unavailable: .noMechanism(offered: [mechanism.rawValue])
    }
  }

  private static func base64(_ octets: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    Base64.append(octets, to: &text)
    return text
  }
}
