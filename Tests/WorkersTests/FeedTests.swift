import Locking
import Model
import Testing

@testable import Workers

struct FeedTests {
  private func deliveries(_ numbers: ClosedRange<Int>) -> [ClaimedDelivery] {
    numbers.map { ClaimedDelivery(number: $0, email: [], fields: [], attempts: 0) }
  }

  @Test func `deliveries leave in the order they came`() async {
    let feed = Feed()
    feed.add(deliveries(1...3))
    feed.add(deliveries(4...5))
    #expect(feed.count == 5)
    #expect(feed.takeIfAny()?.delivery.number == 1)
    #expect(await feed.next()?.delivery.number == 2)
    #expect(feed.leftovers().map(\.number).sorted() == [3, 4, 5])
    #expect(feed.takeIfAny() == nil)
  }

  @Test func `what is given back goes first`() throws {
    let feed = Feed()
    feed.add(deliveries(1...3))
    let first = try #require(feed.takeIfAny()).delivery
    feed.giveBack(first)
    #expect(feed.takeIfAny()?.delivery.number == 1)
    #expect(feed.takeIfAny()?.delivery.number == 2)
  }

  @Test func `an empty feed gives nothing at once`() {
    let feed = Feed()
    #expect(feed.takeIfAny() == nil)
    #expect(feed.leftovers().isEmpty)
    feed.add([])
    #expect(feed.count == 0)
  }

  @Test func `who waits is served by whoever adds or gives back`() async {
    let feed = Feed()
    await withTaskGroup(of: Int?.self) { group in
      for _ in 0..<2 { group.addTask { await feed.next()?.delivery.number } }
      group.addTask {
        feed.add(deliveries(1...1))
        feed.giveBack(deliveries(2...2)[0])
        return nil
      }
      var taken: Set<Int> = []
      for await number in group { if let number { taken.insert(number) } }
      #expect(taken == [1, 2])
    }
    #expect(feed.count == 0)
  }

  @Test func `a closed feed gives nothing and keeps what it has`() async {
    let feed = Feed()
    feed.add(deliveries(1...2))
    feed.close()
    #expect(feed.isClosed)
    #expect(feed.takeIfAny() == nil)
    #expect(await feed.next() == nil)
    feed.giveBack(deliveries(3...3)[0])
    feed.add(deliveries(4...4))
    #expect(await feed.next() == nil)
    #expect(feed.leftovers().map(\.number).sorted() == [1, 2, 3, 4])
    #expect(feed.leftovers().isEmpty)
  }

  @Test func `closing sends home who waits`() async {
    let feed = Feed()
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 { group.addTask { await feed.next() == nil } }
      group.addTask {
        await Task.yield()
        feed.close()
        return true
      }
      for await isNil in group { #expect(isNil) }
    }
  }

  @Test func `eight takers lose none and double none`() async {
    let feed = Feed()
    let taken = Lock<[Int: Int]>([:])
    let total = 20_000
    await withTaskGroup { group in
      for taker in 0..<8 {
        group.addTask {
          var count = 0
          while true {
            var handout = taker % 2 == 0 ? feed.takeIfAny() : nil
            if handout == nil { handout = await feed.next() }
            guard let delivery = handout?.delivery else { break }
            count += 1
            // Now and then one cannot be tried.
            if count % 17 == taker {
              feed.giveBack(delivery)
              continue
            }
            taken.withLock { $0[delivery.number, default: 0] += 1 }
          }
        }
      }
      group.addTask {
        for start in stride(from: 1, through: total, by: 100) {
          feed.add(deliveries(start...(start + 99)))
          if start % 700 == 1 { await Task.yield() }
        }
        while taken.withLock({ $0.count }) < total * 9 / 10 { await Task.yield() }
        feed.close()
      }
    }
    let counts = taken.withLock { $0 }
    let left = feed.leftovers().map(\.number)
    #expect(counts.values.allSatisfy { $0 == 1 })
    #expect(left.allSatisfy { counts[$0] == nil })
    #expect(Set(left).count == left.count)
    #expect(counts.count + left.count == total)
  }
}
