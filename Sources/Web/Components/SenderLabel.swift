import MIME
import Model

/// A sender in words: for lists to choose from, and as the From field of a message.
enum SenderLabel {
  static func text(_ sender: Sender) -> String {
    let from = sender.fromAddress.isEmpty ? "no From address yet" : sender.fromAddress
    return sender.kind == .sandbox
      ? "\(sender.name): \(from) (sandbox, nothing leaves this machine)" : "\(sender.name): \(from)"
  }

  /// The mailbox of the From field, as in `Ada <ada@example.org>`.
  static func from(_ sender: Sender) -> String {
    guard !sender.fromName.isEmpty else { return sender.fromAddress }
    let quoted = sender.fromName.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    return "\"\(quoted)\" <\(sender.fromAddress)>"
  }
}
