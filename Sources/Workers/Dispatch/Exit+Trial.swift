import Compose
import MIME
import Net
import Octets
import SMTP

extension Exit {
  /// How a try came out.
  enum Trial: Sendable {
    /// The server lets us in; the encryption's name, `nil` in the clear.
    case open(encryption: String?)
    case accepted(Reply)
    /// The message was refused.
    case refused(Reply)
    case failed(SessionError)
    /// The message may have been taken, but no reply came.
    case unanswered(SessionError)
  }

  /// Opens a session, sends a message if there is one, and says goodbye.
  func trial(of message: CampaignComposer.Composed?) async -> Trial {
    await withTaskGroup(of: Trial.self) { group in
      group.addTask(executorPreference: loop) {
        do throws(SessionError) {
          let session = try await open()
          let trial = try await Self.send(message, over: session)
          await session.quit()
          return trial
        } catch {
          return .failed(error)
        }
      }
      return await group.next() ?? .failed(.network(.closed, at: .connect))
    }
  }

  private static func send(
    _ composed: CampaignComposer.Composed?, over session: ClientSession
  ) async throws(SessionError) -> Trial {
    guard let composed else { return .open(encryption: session.encryption) }
    let message = composed.message
    let envelope = Envelope(
      sender: composed.sender, recipient: composed.recipient, size: message.size,
      needs8BitMIME: message.needs8BitMIME, needsSMTPUTF8: message.needsSMTPUTF8)
    if let refusal = envelope.refusal(by: session.capabilities) { return .refused(refusal) }
    session.start(envelope)
    if case .refused(let reply, _) = try await session.awaitGo() {
      return Courier.senderFailure(reply).map { .failed($0) } ?? .refused(reply)
    }
    do throws(ClientSession.Interruption) {
      let reply = try await session.finish(
        [message.head] + message.shared + (message.tail.isEmpty ? [] : [message.tail]),
        thenStart: nil)
      return reply.isSuccess ? .accepted(reply) : .refused(reply)
    } catch {
      guard error.isInDoubt else { throw error.cause }
      return .unanswered(error.cause)
    }
  }
}
