public import Dispatch

/// Threads on which waiting for a disk does no harm.
///
/// Work there reads the database in place, instead of handing the question to another thread and
/// waiting for its answer: two changes of thread less for each question.
public enum PatientThread {
  private static let key = DispatchSpecificKey<Bool>()

  /// Lets whatever runs on this queue wait.
  public static func allow(on queue: DispatchQueue) { queue.setSpecific(key: key, value: true) }

  /// Whether we run on such a thread.
  public static var isCurrent: Bool { DispatchQueue.getSpecific(key: key) == true }
}
