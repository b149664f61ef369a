import Glibc
import MIME
import Model
import Storage
import Web

extension Command {
  /// `martlet user create`: an account with a workspace of its own.
  static func userCreate(_ configure: @escaping Configure) -> Command {
    Command(
      "user create", "make an account that can sign in",
      details: """
        Reads the password from standard input, so that it is on no list of processes. The account \
        gets a workspace of its own.
        """,
      options: [
        Option("data", "DIR", "where everything is kept (./data)"),
        Option("name", "NAME", "how pages greet the user"),
        .flag("admin", "may see and change all users"),
      ],
      operands: [Operand("EMAIL", "the address to sign in with")],
      examples: [
        Example("martlet user create --admin ada@example.org < password.txt", "an administrator")
      ]
    ) { arguments, console in
      let email = try checkedAddress(arguments)
      let installation = try await Installation.open(try configure(arguments, console))
      let password = try readPassword(for: email, console)
      let accounts = Accounts(store: installation.store, keys: installation.keys)
      try await accounts.makeUser(
        email: email, password: password, name: arguments.value("name") ?? "",
        isAdministrator: arguments.has("admin"))
      console.line("Made the account \(email).")
      return .ok
    }
  }

  /// `martlet user reset-password`: for whoever has lost theirs, the administrator included.
  static func userResetPassword(_ configure: @escaping Configure) -> Command {
    Command(
      "user reset-password", "give an account a new password",
      details: """
        Reads the new password from standard input. The account is signed out everywhere. While \
        `martlet serve` runs on the same folder, use the link that Users makes instead.
        """,
      options: [Option("data", "DIR", "where everything is kept (./data)")],
      operands: [Operand("EMAIL", "the account's address")]
    ) { arguments, console in
      let email = try checkedAddress(arguments)
      let installation = try await Installation.open(try configure(arguments, console))
      let password = try readPassword(for: email, console)
      let accounts = Accounts(store: installation.store, keys: installation.keys)
      guard try await accounts.resetPassword(email: email, to: password) else {
        throw Accounts.Refusal.noSuchUser
      }
      console.line("The account \(email) has a new password.")
      return .ok
    }
  }

  private static func checkedAddress(_ arguments: Arguments) throws -> String {
    let email = arguments.operands.first ?? ""
    do throws(EmailAddress.ParseError) {
      _ = try EmailAddress(email)
    } catch {
      throw arguments.fault("'\(email)' is not an e-mail address: \(error).")
    }
    return email
  }

  /// A line of standard input; on a terminal it is not shown.
  private static func readPassword(for email: String, _ console: Console) throws -> String {
    let isTerminal = isatty(STDIN_FILENO) == 1
    var settings = termios()
    if isTerminal {
      console.complain("Password: ", terminator: "")
      tcgetattr(STDIN_FILENO, &settings)
      var silent = settings
      silent.c_lflag &= ~tcflag_t(ECHO)
      tcsetattr(STDIN_FILENO, TCSANOW, &silent)
    }
    defer {
      if isTerminal {
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        console.complain("")
      }
    }
    let password = readLine(strippingNewline: true) ?? ""
    if let refusal = PasswordRule.refusal(of: password, email: email) {
      throw SendRequest.Refusal(refusal)
    }
    return password
  }
}
