import Workers

extension Command {
  /// `martlet serve`: pages and engine in one process.
  static func serve(_ configure: @escaping Configure, crash: CrashPlan) -> Command {
    Command(
      "serve", "run the web pages and the sending engine",
      details: """
        Everything in one process, on the embedded database in the data folder. The first start \
        prints a link that leads through the set-up; ADMIN_EMAIL and ADMIN_PASSWORD make the first \
        administrator without it.

        ^C or SIGTERM lets what is under way come to its end; campaigns that are sending go on by \
        themselves at the next start.
        """,
      options: [
        Option("listen", "HOST:PORT", "where to listen (127.0.0.1:8080)"),
        Option("data", "DIR", "where everything is kept (./data)"),
        .flag("demo", "on an empty database, load a demo company with a campaign ready to send"),
      ],
      examples: [
        Example("martlet serve --demo", "try it: nothing leaves this machine"),
        Example(
          "martlet serve --listen 0.0.0.0:8080 --data /var/lib/martlet",
          "serve others too; set ALLOWED_HOSTS to the name they use"),
      ]
    ) { arguments, console in
      let configuration = try configure(arguments, console)
      let installation = try await Installation.open(configuration)
      return try await Serving(
        installation, configuration, isDemo: arguments.has("demo"), crash: crash, console: console
      ).run()
    }
  }
}
