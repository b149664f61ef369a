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
            let job = try await store.jobs.claim(now: .now())
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

  /// Answers at the latest when its time is up; the work itself may end a little later.
  private func perform(_ job: Job) async {
    let isAnswered = Lock(false)
    @Sendable func answer(_ verdict: SenderTrial.Verdict) async {
      let isLate = isAnswered.withLock { isAnswered in
        defer { isAnswered = true }
        return isAnswered
      }
      if !isLate { await write(verdict, for: job) }
    }
    await withTaskGroup { group in
      group.addTask {
        switch job.kind {
        case .senderTest: await answer(await SenderTrial(bench: bench).run(job))
        }
      }
      group.addTask {
        do {
          try await Task.sleep(for: Self.patience)
        } catch {
          return
        }
        await answer(
          SenderTrial.Verdict(
            passed: false,
            answer: "There was no answer within half a minute. Check the host and the port."))
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func write(_ verdict: SenderTrial.Verdict, for job: Job) async {
    do throws(StoreError) {
      try await store.senders.setTest(
        SenderTest(at: .now(), passed: verdict.passed, answer: verdict.answer), of: job.subject,
        in: job.workspace)
      try await store.jobs.finish(
        job.id, in: job.workspace, passed: verdict.passed, answer: verdict.answer, now: .now())
    } catch {
      bench.options.log?.error("a job cannot be answered", ["reason": .text("\(error)")])
    }
  }
}
