import Dispatch
import Locking

/// Where handlers run: neither on libmicrohttpd's one thread, nor on the few that all tasks of the
/// program share, so that a page may wait for the disk.
final class PageThreads: TaskExecutor {
  static let shared = PageThreads()

  private let queue = DispatchQueue(label: "pages", attributes: .concurrent)

  init() { PatientThread.allow(on: queue) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
