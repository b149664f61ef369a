import Compose
import Crypto
import HTTP
import Model

/// A sender's form: its values, and the sender that they make.
enum SenderFields {
  static func form(of sender: Sender) -> Form {
    let isAccount = sender.kind == .smtp
    return Form(
      showing: [
        ("kind", sender.kind.rawValue), ("name", sender.name),
        ("host", isAccount ? sender.host : ""), ("port", isAccount ? String(sender.port) : "587"),
        ("security", isAccount ? sender.security : SecurityMode.required.rawValue),
        ("user", sender.user ?? ""), ("from_name", sender.fromName),
        ("from_address", sender.fromAddress), ("reply_to", sender.replyTo ?? ""),
      ] + SenderLimitFields.values(sender.limits) + RetryFields.values(of: sender))
  }

  /// Reads a form and notes what is wrong; `old` is the sender that is being changed.
  static func read(_ form: inout Form, over old: Sender?, _ member: Member) -> Sender {
    let kind = form.choice("kind", of: SenderKind.self, otherwise: .smtp)
    var sender = Sender(
      id: old?.id ?? .new(), workspace: member.home, kind: kind,
      name: form.line("name", required: "Give the sender a name.", most: 100),
      // What the sandbox is reached by is the engine's to know.
      host: "sandbox", port: 25, security: SecurityMode.none.rawValue, user: nil,
      sealedPassword: nil, fromName: form.line("from_name", most: 100),
      fromAddress: form.address(
        "from_address", required: "Give the address that messages come from."))
    let replyTo = form.address("reply_to")
    sender.replyTo = replyTo.isEmpty ? nil : replyTo
    sender.limits = SenderLimitFields.read(&form)
    RetryFields.read(&form, into: &sender)
    if kind == .smtp { readAccount(&form, into: &sender, over: old, member) }
    return sender
  }

  private static func readAccount(
    _ form: inout Form, into sender: inout Sender, over old: Sender?, _ member: Member
  ) {
    sender.host = form.line("host", required: "Give the mail server's name.", most: 253)
    if !sender.host.utf8.allSatisfy(isOfHost) {
      form.note("host", "Give the server's name alone, such as smtp.example.com.")
    }
    sender.port =
      form.number("port", within: 1...65_535, required: "Give the port; 587 is usual.") ?? 0
    let mode = form.choice("security", of: SecurityMode.self, otherwise: .required)
    sender.security = mode.rawValue
    let user = form.line("user", most: 320)
    sender.user = user.isEmpty ? nil : user
    sender.sealedPassword = password(&form, for: sender, over: old, member)
    if mode == .none, sender.user != nil, !isThisMachine(sender.host) {
      form.note(
        "security",
        """
        Without encryption everybody on the way could read the password. Choose TLS, or leave user \
        name and password empty.
        """)
    }
  }

  /// The password as it is to be stored: the new one, or the one that is there.
  private static func password(
    _ form: inout Form, for sender: Sender, over old: Sender?, _ member: Member
  ) -> [UInt8]? {
    var text = form.values["password"] ?? ""
    guard sender.user != nil else {
      if !text.isEmpty { form.note("user", "Give the user name that the password belongs to.") }
      return nil
    }
    if text.isEmpty {
      guard let kept = old?.sealedPassword else {
        form.note("password", "Give the password, or leave the user name empty as well.")
        return nil
      }
      // Otherwise whoever may change a sender could have its password sent to a server of theirs.
      if old?.host.lowercased() != sender.host.lowercased() {
        form.note("password", "The server is another one now, so give the password again.")
      }
      return kept
    }
    if text.utf8.count > 1_000 || text.unicodeScalars.contains(where: { $0.value < 0x20 }) {
      form.note("password", "A password is one line of at most 1,000 characters.")
    }
    // Google shows app passwords in groups of four.
    let letters = String(text.filter { $0 != " " })
    if sender.host.lowercased().hasSuffix("gmail.com"), letters.utf8.count == 16 { text = letters }
    return member.site.keys.seal(
      Secret(text), as: .senderPassword, workspace: sender.workspace, row: sender.id)
  }

  /// Letters, digits and what names and numeric addresses are made of.
  private static func isOfHost(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: ":"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func isThisMachine(_ host: String) -> Bool {
    ["localhost", "127.0.0.1", "::1"].contains(host.lowercased())
  }
}
