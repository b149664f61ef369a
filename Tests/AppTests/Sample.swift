import App

/// A program with a command of each kind; its commands print what they were given.
enum Sample {
  enum Policy: String, CaseIterable, Sendable { case hold, resend }
  struct Failure: Error, CustomStringConvertible { let description = "The disk is full." }

  static let program = Program(
    name: "martlet", version: "1.2.3", summary: "e-mail campaigns from your own server",
    options: [.flag("quiet", short: "q", "print no progress")],
    commands: [
      send, addressCheck,
      Command("address list", "list addresses") { _, _ in .ok },
      Command("migrate", "bring the database up to date") { _, _ in throw Failure() },
      Command("backup", "copy the database", operands: [Operand("FILE", "where to")]) {
        arguments, console in
        console.line("to \(arguments.operands[0])")
        return .ok
      },
      Command("wait", "wait for ever") { _, _ in throw CancellationError() },
    ])

  private static let send = Command(
    "send", "send a whole campaign from the command line",
    details: """
      Sends one message to each contact of a file, through the same ledger as the web server,
      so that it can be stopped and resumed.

      Run it again with --resume to go on.
      """,
    options: [
      Option("contacts", short: "c", "FILE", "the contact file (CSV)", isRequired: true),
      Option("subject", "TEXT", "the subject"),
      Option(
        "attach", "FILE[:NAME]", "a file to attach, under its own name or another",
        isRepeated: true),
      Option("smtp", "URL", "the SMTP server"), .flag("sandbox", "keep the messages here"),
      Option("connections", "N", "how many connections to open at most"),
      Option("rate", "N/s", "how many messages a second to send at most"),
      Option("wait", "TIME", "how long to wait for deferred messages"),
      Option("in-doubt", "hold|resend", "what becomes of messages whose fate is unknown"),
      Option("listen", "HOST:PORT", "where to listen"),
      .flag("json", short: "j", "print the result as JSON"),
    ],
    examples: [
      .init("martlet send --contacts people.csv --sandbox", "Try a campaign without sending")
    ]
  ) { arguments, console in
    let exit = try arguments.exactlyOne(of: ["smtp", "sandbox"])
    console.line("exit \(exit)")
    console.line("contacts \(try arguments.required("contacts"))")
    if let count = try arguments.value("connections", as: .integer(1...1_000)) {
      console.line("connections \(count)")
    }
    if let rate = try arguments.value("rate", as: .rate) { console.line("rate \(rate)") }
    if let wait = try arguments.value("wait", as: .duration) { console.line("wait \(wait)") }
    if let policy = try arguments.value("in-doubt", as: Conversion<Policy>.choice) {
      console.line("policy \(policy)")
    }
    if let place = try arguments.value("listen", as: .hostAndPort) { console.line("at \(place)") }
    if let subject = arguments.value("subject") { console.line("subject [\(subject)]") }
    for file in arguments.values("attach") { console.line("attach \(file)") }
    if arguments.has("json") { console.line("json") }
    if arguments.has("quiet") { console.line("quiet") }
    return .deferred
  }

  private static let addressCheck = Command(
    "address check", "say whether addresses are valid",
    operands: [Operand("ADDR", "an address", .oneOrMore)]
  ) { arguments, console in
    for address in arguments.operands { console.line(address) }
    return .ok
  }
}
