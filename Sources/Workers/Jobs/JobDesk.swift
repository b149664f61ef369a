import Locking
import Model
import Octets
import Storage
import Telemetry

/// Does what pages ask for and writes the answers, a few at a time.
struct JobDesk: Sendable {
  let bench: Workbench
  let stop: StopSign
  private let running = Lock(0)
  private static let most = 4
  /// The most for one workspace, so that others need not wait for its slow servers.
  private static let mostOfOne = 2
  /// After so long there is an answer in any case.
  private static let patience = Duration.seconds(30)

  init(bench: Workbench, stop: StopSign) {
    self.bench = bench
    self.stop = stop
  }

  private var store: Store { bench.store }

  /// Works until it is stopped; what is under way comes to its end.
  func run() async {
    await withDiscardingTaskGroup { group in
      while !stop.isRaised {
        let generation = store.doorbell.generation
        do throws(StoreError) {
          while running.withLock({ $0 }) < Self.most, !stop.isRaised,
            let job = try await store.jobs.claim(now: .now(), mostOfOne: Self.mostOfOne)
          {
            running.withLock { $0 += 1 }
            group.addTask {
              await perform(job)
              running.withLock { $0 -= 1 }
              store.doorbell.ring()
            }
          }
        } catch {
          bench.options.log?.error("no jobs can be had", ["reason": .text("\(error)")])
        }
        try? await Task.sleep(for: .milliseconds(100))
        await store.doorbell.wait(after: generation, upTo: .seconds(1))
      }
    }
  }

  /// Answers at the latest when its time is up; what is still being tried then is cut off.
  private func perform(_ job: Job) async {
    let sender: Sender
    do throws(StoreError) {
      guard let found = try await store.senders.find(job.subject, in: job.workspace) else {
        return try await finish(job, Self.removed)
      }
      sender = found
    } catch {
      return complain(error)
    }
    let verdict = await withTaskGroup(of: SenderTrial.Verdict?.self) { group in
      group.addTask {
        let verdict = await SenderTrial(bench: bench).run(sender, recipient: job.argument)
        return Task.isCancelled ? nil : verdict
      }
      group.addTask {
        try? await Task.sleep(for: Self.patience)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    await write(verdict ?? (stop.isRaised ? nil : Self.late), on: sender, for: job)
  }

  private static let late = SenderTrial.Verdict(
    passed: false,
    answer: "There was no answer within half a minute. Check the host and the port.")
  private static let removed = SenderTrial.Verdict(
    passed: false, answer: "This sender has been removed.")
  private static let changed = SenderTrial.Verdict(
    passed: false, answer: "The sender was changed while it was tested. Test it again.")
  private static let stopped = SenderTrial.Verdict(
    passed: false, answer: "The program was stopped during the test. Test again.")

  /// Answers a job; a verdict about the sender as it is now is kept with it.
  private func write(
    _ verdict: SenderTrial.Verdict?, on tried: Sender, for job: Job
  ) async {
    do throws(StoreError) {
      guard let verdict else { return try await finish(job, Self.stopped) }
      let test = SenderTest(at: .now(), passed: verdict.passed, answer: verdict.answer)
      if try await store.senders.setTest(test, of: tried) {
        if test.passed { bench.senders.porches.forget(tried.id) }
        return try await finish(job, verdict)
      }
      let isThere = try await store.senders.find(tried.id, in: tried.workspace) != nil
      try await finish(job, isThere ? Self.changed : Self.removed)
    } catch {
      complain(error)
    }
  }

  private func finish(_ job: Job, _ verdict: SenderTrial.Verdict) async throws(StoreError) {
    try await store.jobs.finish(
      job.id, in: job.workspace, passed: verdict.passed, answer: verdict.answer, now: .now())
  }

  private func complain(_ error: StoreError) {
    bench.options.log?.error("a job cannot be answered", ["reason": .text("\(error)")])
  }
}
