import Glibc

/// A mutual-exclusion lock around one value.
///
/// A pthread mutex, because ThreadSanitizer knows it; it gives false alarms over
/// `Synchronization.Mutex` on Linux. Hold it for a few instructions, never across an `await`.
public final class Lock<Value>: @unchecked Sendable {
  // Safe: `value` is touched only between lock and unlock of `mutex`, which never moves.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  public init(_ value: sending Value) {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    self.value = value
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deinitialize(count: 1)
    mutex.deallocate()
  }

  /// Runs `body` alone with the value.
  public func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
