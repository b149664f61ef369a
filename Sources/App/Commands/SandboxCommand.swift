import Net
import SMTP

extension Command {
  /// `martlet sandbox`: the mail server within, on its own.
  static func sandbox(_ configure: @escaping Configure) -> Command {
    Command(
      "sandbox", "run a mail server that keeps or counts messages",
      details: """
        Takes every message and delivers none: for trying out, for tests and for measuring. It \
        offers STARTTLS with a certificate of its own making, and AUTH with any user name and \
        password, or with those of SMTP_USERNAME and SMTP_PASSWORD when they are set.

        With --script it misbehaves as real servers do, so that you can rehearse a bad day: by a \
        script of your own, in a file (docs/sandbox-scripts.md tells how to write one), or by one \
        that comes with it.

        \(ScriptPreset.allCases.map { "\($0.rawValue): \($0.summary)" }.joined(separator: "\n\n"))
        """,
      options: [
        Option("smtp", "HOST:PORT", "where to listen (127.0.0.1:2525)"),
        Option("store", "DIR", "keep every message as a file in this folder (./sandbox)"),
        Option(
          "script", "NAME|FILE", "how to misbehave: \(ScriptSource.names.joined(separator: ", "))"),
        .flag("count", "count messages and keep none"),
      ],
      examples: [
        Example("martlet sandbox --count", "count what a campaign sends to 127.0.0.1:2525"),
        Example("martlet sandbox --count --script greylist", "put everyone off for a minute first"),
      ]
    ) { arguments, console in
      let configuration = try configure(arguments, console)
      _ = try arguments.atMostOne(of: ["store", "count"])
      let place =
        try arguments.value("smtp", as: .hostAndPort) ?? HostAndPort(host: "127.0.0.1", port: 2525)
      let script = arguments.value("script")
      let sandbox = Sandbox(
        arguments.has("count")
          ? .count : .keep(folder: arguments.value("store") ?? "./sandbox", most: .max),
        playing: try script.map { try ScriptSource.script($0) })
      var credentials: Credentials?
      if let user = configuration[.smtpUsername], let password = configuration[.smtpPassword] {
        credentials = Credentials(user: user, password: [UInt8](password.utf8))
      }
      let loop = try EventLoop(name: "martlet-io")
      defer { loop.stop() }
      let (stops, stop) = AsyncStream.makeStream(of: Void.self)
      let signals = StopSignals { stop.yield() }
      defer { signals.end() }
      try await sandbox.whileServing(at: place, credentials: credentials, on: loop) { port in
        console.line(
          "Martlet's sandbox is ready at smtp://\(HostAndPort(host: place.host, port: port))")
        if let script { console.line("It plays the script \(script).") }
        for await _ in stops { break }
      }
      let counts = sandbox.counts
      console.line(
        "took \(counts.messages) messages for \(counts.recipients) recipients, \(counts.octets) octets"
          + (script == nil ? "" : ", and refused \(counts.refused) complete messages")
      )
      return .ok
    }
  }
}
