import Locking

/// How a run of the dispatcher comes to its end; the first reason counts.
final class Ending: Sendable {
  private let reason = Lock<Dispatcher.Result?>(nil)

  var isDecided: Bool { reason.withLock { $0 != nil } }
  var decided: Dispatcher.Result? { reason.withLock { $0 } }

  func decide(_ result: Dispatcher.Result) { reason.withLock { $0 = $0 ?? result } }
}
