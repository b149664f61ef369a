import Dispatch
import Glibc
import Telemetry

/// Ends the process when stopping takes too long, as when a disk or the system's resolver hangs.
///
/// That loses no more than a crash does: the next start settles what was under way. It has a thread
/// of its own, so that nothing that hangs can hold it up as well.
final class LastResort {
  private let timer: any DispatchSourceTimer
  private let log: Log

  init(log: Log) {
    self.log = log
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "last resort"))
    timer.setEventHandler {
      log.error("stopping took too long", [:])
      _exit(ExitCode.failure.rawValue)
    }
    timer.activate()
  }

  /// Lets so much time pass, unless it is cancelled before.
  func arm(after time: Duration) {
    timer.schedule(deadline: .now() + .milliseconds(Int(time / .milliseconds(1))))
  }

  func cancel() { timer.cancel() }
}
