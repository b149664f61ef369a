import Workers

extension Command {
  /// `martlet send`: a whole campaign from the command line.
  static func send(_ configure: @escaping Configure, crash: CrashPlan) -> Command {
    Command(
      "send", "send a message to everyone in a contact file",
      details: """
        Every row of the file gets a message of its own, made from the subject and the body with \
        the row's values: {{ first_name }} stands for the column "First Name". Invalid and \
        duplicate addresses are left out and listed in the report with their reason.

        A run that was interrupted goes on with the same arguments and --resume. Nobody is \
        written to twice: what may or may not have arrived is listed as unknown, or sent again \
        with --in-doubt resend.

        The password of the mail server is best given as SMTP_PASSWORD.
        """,
      options: [
        Option("contacts", "FILE", "the contacts, a CSV file with a header", isRequired: true),
        Option("column", "NAME", "the column with the addresses (guessed)"),
        Option("subject", "TEXT", "the subject, with placeholders", isRequired: true),
        Option("body", "FILE", "the body: HTML or plain text", isRequired: true),
        Option("text", "FILE", "the text part of an HTML body (made from it)"),
        Option("attach", "FILE[:NAME]", "a file to attach, under a name", isRepeated: true),
        Option("from", "ADDR", "the sender, as in 'Ada <ada@example.org>'", isRequired: true),
        Option("smtp", "URL", "the mail server, as in smtp://user@host:587"),
        .flag("sandbox", "send into the sandbox within; nothing leaves this machine"),
        Option("connections", "N", "connections at a time (8)"),
        Option("rate", "N/s", "at most so many messages a second, minute or hour"),
        Option(
          "limit", "N/TIME", "at most so many in any second (s), minute (m), hour (h) or day (d)",
          isRepeated: true),
        Option("per-connection", "N", "a new connection after so many messages (1000)"),
        Option("data", "DIR", "where everything is kept (./data)"),
        .flag("resume", "go on with the campaign in the data folder"),
        Option("report", "FILE.csv", "write a row per recipient"),
        Option("in-doubt", "hold|resend", "what becomes of messages nobody knows the fate of"),
        .flag("transactional", "no footer, no list headers; in doubt: resend"),
        Option("base-url", "URL", "where opt-out links lead"),
        Option("wait", "TIME", "how long to wait for deferred messages (60s)"),
        Option("retry", "SCHEDULE", "when to try again what was refused for now"),
        .flag("dry-run", "make every message and send none"),
        .flag("json", "the last line as JSON"),
      ],
      examples: [
        Example(
          "martlet send --contacts people.csv --subject 'Hello {{ first_name }}' --body hello.html --from ada@example.org --sandbox",
          "try it out without a mail server")
      ]
    ) { arguments, console in
      let configuration = try configure(arguments, console)
      let request = try SendRequest(arguments, configuration)
      return try await SendRun(
        request: request, configuration: configuration, console: console, crash: crash
      ).run()
    }
  }
}
