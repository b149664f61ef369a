import Locking
import Testing

@testable import Net

/// Addresses that did not answer are tried last, for a while.
@Suite struct AddressMemoryTests {
  private static let second: UInt64 = 1_000_000_000

  private static func addresses(_ count: Int) async throws -> [SocketAddress] {
    var addresses: [SocketAddress] = []
    for number in 0..<count {
      addresses += try await SocketAddress.resolve(
        host: "127.0.\(number / 250).\(number % 250 + 1)", port: 25)
    }
    return addresses
  }

  @Test func `those that failed come last, in their own order, until their time is over`()
    async throws
  {
    let clock = Lock<UInt64>(5 * Self.second)
    let memory = AddressMemory(for: .seconds(60)) { clock.withLock { $0 } }
    let all = try await Self.addresses(4)
    #expect(memory.inOrder(all) == all)
    memory.failed(all[0])
    memory.failed(all[2])
    #expect(memory.inOrder(all) == [all[1], all[3], all[0], all[2]])
    #expect(memory.inOrder([all[0]]) == [all[0]])
    clock.withLock { $0 += 59 * Self.second }
    memory.failed(all[2])
    clock.withLock { $0 += 2 * Self.second }
    #expect(memory.inOrder(all) == [all[0], all[1], all[3], all[2]])
    memory.worked(all[2])
    #expect(memory.inOrder(all) == all)
  }

  @Test func `when all have failed the order is the resolver's`() async throws {
    let memory = AddressMemory()
    let all = try await Self.addresses(3)
    for address in all.reversed() { memory.failed(address) }
    #expect(memory.inOrder(all) == all)
  }

  @Test func `addresses without end are not all kept in mind`() async throws {
    let memory = AddressMemory()
    let all = try await Self.addresses(1_500)
    for address in all { memory.failed(address) }
    // The newest is avoided, the oldest has been forgotten.
    #expect(memory.inOrder([all[1_499], all[0]]) == [all[0], all[1_499]])
  }
}
