import Model
import Octets
import Storage

extension Command {
  /// `martlet schedule show`: whether campaigns begin by themselves, and which wait.
  static func scheduleShow(_ configure: @escaping Configure) -> Command {
    Command(
      "schedule show", "tell whether campaigns begin by themselves, and which wait for their time",
      options: [
        Option("data", "DIR", "where everything is kept (./data)"), .flag("json", "as JSON"),
      ]
    ) { arguments, console in
      let folder = try await Switchboard.open(try configure(arguments, console))
      let isOn = try await folder.store.settings.isScheduleOn()
      let waiting = try await folder.store.campaigns.active().filter { $0.state == .scheduled }
      let next = waiting.compactMap(\.scheduledAt).min()
      if arguments.has("json") {
        console.line(
          """
          {"enabled": \(isOn), "serving": \(folder.isServed), "scheduled": \(waiting.count), \
          "next": \(next.map { "\"\($0.rfc3339)\"" } ?? "null")}
          """)
        return .ok
      }
      console.line(
        isOn
          ? "The schedule is on: `martlet serve` begins campaigns when their time has come."
          : "The schedule is off: campaigns begin only when someone sends them, or by `martlet send-due`."
      )
      console.line(
        waiting.isEmpty
          ? "No campaign waits for its time."
          : "\(waiting.count == 1 ? "One campaign waits" : "\(waiting.count) campaigns wait") for their time"
            + (next.map { ", the next one until \($0.rfc3339)." } ?? "."))
      console.line(
        folder.isServed
          ? "A Martlet is at work on this folder." : "No Martlet is at work on this folder.")
      return .ok
    }
  }

  /// `martlet schedule enable` and `disable`.
  static func scheduleSwitch(_ configure: @escaping Configure, isOn: Bool) -> Command {
    Command(
      isOn ? "schedule enable" : "schedule disable",
      isOn ? "let campaigns begin by themselves" : "let no campaign begin by itself",
      details: isOn
        ? "`martlet serve` begins campaigns when their time has come, as it does unless this was switched off."
        : """
        `martlet serve` lets campaigns wait whose time has come, until the schedule is switched on \
        again or `martlet send-due` is run. What is being sent goes on, and so does what is tried \
        again later; what someone sends at once is sent.
        """,
      options: [Option("data", "DIR", "where everything is kept (./data)")]
    ) { arguments, console in
      let folder = try await Switchboard.open(try configure(arguments, console))
      try await folder.store.settings.setSchedule(isOn: isOn)
      console.line(
        isOn
          ? "The schedule is on." : "The schedule is off: no campaign begins by itself.")
      return .ok
    }
  }
}

/// The data folder, also while `martlet serve` works with it: a switch is all that is touched.
private struct Switchboard {
  let store: Store
  /// Another process is at work on the folder.
  let isServed: Bool
  /// Keeps the folder locked.
  private let folder: DataFolder?

  static func open(_ configuration: Configuration) async throws -> Switchboard {
    try configuration.requireEmbeddedDatabase()
    do {
      let folder = try DataFolder(configuration.dataFolder)
      let (store, _) = try await Store.open(path: folder.database)
      return Switchboard(store: store, isServed: false, folder: folder)
    } catch let failure as DataFolder.Failure where failure.isInUse {
      let path = DataFolder.database(in: configuration.dataFolder)
      guard let store = try await Store.visit(path: path) else {
        throw SendRequest.Refusal(
          """
          The data folder \(configuration.dataFolder) is in use by another version of Martlet. Use \
          its own `martlet schedule`, or stop it first.
          """)
      }
      return Switchboard(store: store, isServed: true, folder: nil)
    }
  }
}
