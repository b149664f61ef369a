import Locking
import Model
import SMTP
import Storage
import Telemetry

/// Plays what workspaces rehearse: each sees its own script only, the others a server that behaves.
final class RehearsalStage: Sendable {
  private struct Performance: Sendable {
    let rehearsal: Rehearsal
    let play: ScriptPlay
  }

  private let store: Store
  private let log: Log?
  /// By the name that a workspace signs in with.
  private let performances = Lock<[[UInt8]: Performance]>([:])
  private static let round = Duration.milliseconds(500)
  /// The doorbell rings with every commit; this often is enough.
  private static let rest = Duration.milliseconds(20)

  init(store: Store, log: Log?) {
    self.store = store
    self.log = log
  }

  /// Looks for changes until the task is cancelled, so that none waits longer than a second.
  func follow() async {
    while !Task.isCancelled {
      let generation = store.doorbell.generation
      await look()
      try? await Task.sleep(for: Self.rest)
      await store.doorbell.wait(after: generation, upTo: Self.round)
    }
  }

  /// Reads what is rehearsed now; when that cannot be read, everything stays as it is.
  func look() async {
    do throws(StoreError) {
      prepare(try await store.rehearsals.all())
    } catch {
      log?.warning("the rehearsals cannot be read", ["reason": .text("\(error)")])
    }
  }

  /// Begins what is new and ends what is over; what goes on keeps its memory.
  func prepare(_ rehearsals: [Identifier: Rehearsal]) {
    performances.withLock { performances in
      var next: [[UInt8]: Performance] = [:]
      for (workspace, rehearsal) in rehearsals {
        let user = Array(workspace.text(.workspace).utf8)
        if let running = performances[user], running.rehearsal == rehearsal {
          next[user] = running
        } else if let script = rehearsal.script.play {
          next[user] = Performance(
            rehearsal: rehearsal, play: ScriptPlay(script, clock: ServerConfiguration.sinceNow()))
        }
      }
      performances = next
    }
  }

  /// What the server does at this moment for whoever has signed in.
  func decide(_ moment: ServerMoment, _ visit: ServerVisit) -> ServerDecision {
    var user = visit.user
    var isArrival = false
    if case .authentication(let name) = moment { (user, isArrival) = (name, true) }
    guard let user, let play = performances.withLock({ $0[user]?.play }) else { return .accept }
    // Whose connection it is shows when someone signs in, so what a script has for the moment when
    // they connect is played then.
    if isArrival {
      let coming = play.decide(.connect, visit)
      if coming != .accept { return coming }
    }
    return play.decide(moment, visit)
  }
}

extension Rehearsal.Script {
  /// What the server does then; the tests see to it that there is something for each.
  var play: SandboxScript? { try? ScriptPreset(rawValue: rawValue)?.script() }
}
