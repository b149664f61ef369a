import Locking
import Net

/// The place where clients come in: counts them, and may be shut for a while.
final class ServerDoor: Sendable {
  private struct State {
    var listener: ListenerHandle
    var connections = 0
    var atOnce = 0
    var outage: PortOutage?
    var isOver = false
  }

  private let state: Lock<State>

  init(_ listener: ListenerHandle) { state = Lock(State(listener: listener)) }

  /// Lets a client in.
  func enter() -> ServerVisit {
    state.withLock { state in
      state.connections += 1
      state.atOnce += 1
      return ServerVisit(connection: state.connections, atOnce: state.atOnce)
    }
  }

  func leave() { state.withLock { $0.atOnce -= 1 } }

  /// Shuts the door: the listener ends, and whoever waits there for clients asks why.
  func begin(_ outage: PortOutage) {
    state.withLock { state in
      state.outage = outage
      return state.listener
    }.close()
  }

  /// Why nobody may come in for a while, told once; `nil` when there is no such reason.
  func takeOutage() -> PortOutage? {
    state.withLock { state in
      defer { state.outage = nil }
      return state.isOver ? nil : state.outage
    }
  }

  func open(_ listener: ListenerHandle) {
    let isOver = state.withLock { state in
      state.listener = listener
      return state.isOver
    }
    if isOver { listener.close() }
  }

  /// Ends the server.
  func close() {
    state.withLock { state in
      state.isOver = true
      return state.listener
    }.close()
  }
}
