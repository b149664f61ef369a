import Crypto
import MIME
import Storage

extension Command {
  static func migrate(_ configure: @escaping Configure) -> Command {
    Command(
      "migrate", "bring the database's schema up to date",
      details: "Every command does this by itself; here it is done alone, as before an upgrade.",
      options: [Option("data", "DIR", "where everything is kept (./data)")]
    ) { arguments, console in
      let configuration = try configure(arguments, console)
      try configuration.requireEmbeddedDatabase()
      let folder = try DataFolder(configuration.dataFolder)
      let (_, applied) = try await Store.open(path: folder.database)
      console.line(
        applied.isEmpty
          ? "The schema is up to date."
          : "Applied \(applied.count == 1 ? "migration" : "migrations") \(applied.map(String.init).joined(separator: ", "))."
      )
      return .ok
    }
  }

  static var addressCheck: Command {
    Command(
      "address check", "tell whether addresses are valid",
      operands: [Operand("ADDR", "an e-mail address", .oneOrMore)],
      examples: [Example("martlet address check ada@example.org", "prints “valid”")]
    ) { arguments, console in
      var isAnyInvalid = false
      for text in arguments.operands {
        do throws(EmailAddress.ParseError) {
          _ = try EmailAddress(text)
          console.line("valid")
        } catch {
          isAnyInvalid = true
          console.line("invalid: \(error)")
        }
      }
      return isAnyInvalid ? .failure : .ok
    }
  }

  static func secretRotate(_ configure: @escaping Configure) -> Command {
    Command(
      "secret rotate", "seal all stored secrets with a new key",
      details: """
        Makes a new key in the data folder's secret.key and seals every stored password and link key with it. \
        If it is interrupted, run it again: the old key stays until all is done.

        With SECRET_KEY set, the key is yours to change: put the new one into SECRET_KEY and the \
        one before into SECRET_KEY_PREVIOUS, and run this command.
        """,
      options: [Option("data", "DIR", "where everything is kept (./data)")]
    ) { arguments, console in
      let configuration = try configure(arguments, console)
      let folder = try DataFolder(configuration.dataFolder)
      let (store, _) = try await Store.open(path: folder.database)
      let file = folder.keyFile
      let ring: KeyRing
      if let text = configuration[.secretKey] {
        let previous = try configuration[.previousSecretKey].map { try SecretKey(text: $0) }
        ring = KeyRing(current: try SecretKey(text: text), previous: previous.map { [$0] } ?? [])
      } else {
        _ = try file.readOrCreate()
        ring = try file.rotate()
      }
      let count = try await store.sealedSecrets.replaceAll { secret throws(CryptoError) in
        try ring.reseal(
          secret.sealed, for: Seal.context(secret.kind, secret.workspace, secret.row))
      }.get()
      if configuration[.secretKey] == nil { _ = try file.forgetPrevious() }
      console.line("Sealed \(count) \(count == 1 ? "secret" : "secrets") with the new key.")
      return .ok
    }
  }

  static func configShow(_ configure: @escaping Configure) -> Command {
    Command(
      "config show", "print every setting with its source",
      details: "Secrets are masked.",
      options: [
        .flag("json", "as JSON"), Option("data", "DIR", "where everything is kept (./data)"),
      ]
    ) { arguments, console in
      let configuration = try configure(arguments, console)
      console.write(arguments.has("json") ? configuration.listingJSON() : configuration.listing())
      return .ok
    }
  }

  static var version: Command {
    Command("version", "print the version") { _, console in
      console.line("martlet \(Martlet.version)")
      return .ok
    }
  }
}
