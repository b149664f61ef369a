import Model
import Octets
import Testing

@testable import Workers

/// How places are divided among workspaces.
struct FairShareTests {
  private static let ada = Identifier.new()
  private static let bob = Identifier.new()
  private static let eve = Identifier.new()

  private func share(
    _ most: Int, taken: [(String, Identifier)] = [], leaving: [(String, Identifier)] = [],
    stuck: [(String, Identifier)] = [], wishes: [(String, Identifier)],
    served: [Identifier: Int] = [:]
  ) -> FairShare<String> {
    FairShare(
      most: most,
      taken: taken.map { FairShare.Place(key: $0.0, workspace: $0.1, course: .staying) }
        + leaving.map { FairShare.Place(key: $0.0, workspace: $0.1, course: .leaving) }
        + stuck.map { FairShare.Place(key: $0.0, workspace: $0.1, course: .stuck) },
      wishes: wishes.map { FairShare.Wish(key: $0.0, workspace: $0.1) }, served: served)
  }

  private func names(_ word: String, _ count: Int, _ workspace: Identifier) -> [(
    String, Identifier
  )] {
    (1...count).map { ("\(word)\($0)", workspace) }
  }

  @Test func `one alone gets all places, the oldest first`() {
    let share = share(3, wishes: names("a", 5, Self.ada))
    #expect(share.beginning == ["a1", "a2", "a3"])
    #expect(share.leaving.isEmpty)
  }

  @Test func `places are dealt out in turn`() {
    let share = share(5, wishes: names("a", 9, Self.ada) + names("b", 2, Self.bob))
    #expect(share.beginning == ["a1", "b1", "a2", "b2", "a3"])
  }

  @Test func `who has all places gives up half of them, the youngest first`() {
    let all = share(
      4, taken: names("a", 4, Self.ada),
      wishes: names("b", 9, Self.bob) + [("a9", Self.ada)])
    #expect(all.beginning.isEmpty)
    #expect(all.leaving == ["a4", "a3"])
    // Nobody more is asked while they are on their way out.
    let next = share(
      4, taken: names("a", 2, Self.ada), leaving: [("a3", Self.ada), ("a4", Self.ada)],
      wishes: names("b", 9, Self.bob))
    #expect(next.beginning.isEmpty && next.leaving.isEmpty)
    // One has gone, the other is yet to go.
    let last = share(
      4, taken: names("a", 2, Self.ada), leaving: [("a3", Self.ada)],
      wishes: names("b", 9, Self.bob))
    #expect(last.beginning == ["b1"] && last.leaving.isEmpty)
  }

  @Test func `a fair division stays as it is`() {
    let share = share(
      4, taken: names("a", 2, Self.ada) + names("b", 2, Self.bob),
      wishes: [("a9", Self.ada), ("b9", Self.bob), ("e1", Self.eve)])
    #expect(share.beginning.isEmpty)
    // Two are one more than the newcomer would have: it takes one of them.
    #expect(share.leaving == ["b2"])
    let odd = self.share(
      3, taken: names("a", 2, Self.ada) + [("b1", Self.bob)], wishes: [("b2", Self.bob)])
    #expect(odd.beginning.isEmpty && odd.leaving.isEmpty)
  }

  @Test func `where there is one place, who was served longest ago is next`() {
    let share = share(
      1, wishes: names("a", 9, Self.ada) + names("b", 2, Self.bob),
      served: [Self.ada: 7, Self.bob: 3])
    #expect(share.beginning == ["b1"])
  }

  @Test func `what a server keeps on its way out blocks nobody, within bounds`() {
    let some = share(4, stuck: names("a", 4, Self.ada), wishes: [("b1", Self.bob)])
    #expect(some.beginning == ["b1"])
    let full = share(4, stuck: names("a", 8, Self.ada), wishes: [("b1", Self.bob)])
    #expect(full.beginning.isEmpty)
  }

  @Test func `a docket asks no more than once, and follows the turns`() throws {
    let docket = Docket()
    let start = Timestamp(seconds: 1_800_000_000)
    func keys(_ count: Int, _ workspace: Identifier) -> [CampaignKey] {
      (0..<count).map { _ in CampaignKey(workspace: workspace, campaign: .new()) }
    }
    let (mine, yours) = (keys(6, Self.ada), keys(2, Self.bob))
    let first = docket.begin(mine, most: 4, now: start)
    #expect(first.map(\.key) == Array(mine.prefix(4)))
    #expect(docket.begin(mine + yours, most: 4, now: start).isEmpty)
    #expect(first.map(\.sign.isRaised) == [false, false, true, true])
    #expect(docket.begin(mine + yours, most: 4, now: start + .seconds(1)).isEmpty)
    docket.end(mine[3], until: nil)
    #expect(
      docket.begin(mine + yours, most: 4, now: start + .seconds(1)).map(\.key) == [yours[0]])
    // The other one hangs: it is not waited for, and nobody else has to go.
    #expect(
      docket.begin(mine + yours, most: 4, now: start + .seconds(3)).map(\.key) == [yours[1]])
    #expect(first.map(\.sign.isRaised) == [false, false, true, true])
    #expect(docket.begin(mine + yours, most: 4, now: start + .seconds(3)).isEmpty)
  }
}
