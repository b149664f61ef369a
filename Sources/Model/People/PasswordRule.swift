import Octets

/// What a password must be; the browser is told the same rules (see ``shortest`` and ``longest``).
public enum PasswordRule {
  /// Characters.
  public static let shortest = 10
  public static let longest = 256

  /// Why a password is refused, in a sentence for the one who chose it; `nil` when it is good.
  public static func refusal(of password: String, email: String) -> String? {
    let count = password.unicodeScalars.count
    if count < shortest { return "Choose a password of at least \(shortest) characters." }
    if count > longest { return "Choose a password of at most \(longest) characters." }
    let lowered = password.lowercased()
    let account = email.lowercased()
    let user = account.split(separator: "@").first.map(String.init) ?? account
    if lowered == account || lowered == user {
      return "Choose a password that is not your e-mail address."
    }
    if Set(lowered).count < 4 || isRun(lowered) || common.contains(where: lowered.hasPrefix) {
      return "This password is one of the first that anybody would try. Choose another."
    }
    return nil
  }

  /// What lists of stolen passwords begin with, as far as it is long enough to pass.
  private static let common = [
    "password", "passwort", "1234567890", "qwertyuiop", "qwertzuiop", "iloveyou", "letmein",
    "administrator", "adminadmin", "welcome123", "changeme", "martlet",
  ]

  /// `abcdefghij`, `9876543210` and the like.
  private static func isRun(_ text: String) -> Bool {
    let octets = [UInt8](text.utf8)
    guard octets.count > 1 else { return true }
    let steps = zip(octets, octets.dropFirst()).map { Int($1) - Int($0) }
    return steps.allSatisfy { $0 == 1 } || steps.allSatisfy { $0 == -1 }
  }
}
