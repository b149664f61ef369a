import Glibc
import Testing

@testable import Net

/// A host with several addresses of which some do not answer (F1, F2, F28).
@Suite struct SeveralAddressesTests {
  init() { signal(SIGPIPE, SIG_IGN) }

  /// A port where calls go unanswered: its queue is full, and nobody accepts.
  private final class Silence {
    private let socket: RawSocket
    private let queue: [RawSocket]
    let port: UInt16

    init() {
      (socket, port) = RawSocket.bound(backlog: 0)
      queue = (0..<8).map { [port] _ in RawSocket.connecting(to: port) }
    }
  }

  /// Which of `addresses` was reached; `nil` is one of a listener made here.
  private static func reached(
    _ ports: [UInt16?], head: Duration = .milliseconds(50), patience: Duration = .seconds(20),
    _ memory: AddressMemory? = nil
  ) async throws -> (error: NetError?, isListener: Bool, order: [Int]) {
    try await onEventLoop { loop in
      let listener = try Listener(at: try await Loopback.address(), on: loop)
      var addresses: [SocketAddress] = []
      for port in ports {
        addresses.append(try await Loopback.address(port: port ?? listener.port))
      }
      var peer = ""
      let error = await netError { () throws(NetError) in
        peer = try await Stream.connect(
          toAnyOf: addresses, patience: patience, head: head, remembering: memory, on: loop
        ).peer
      }
      let order = (memory?.inOrder(addresses) ?? addresses).compactMap {
        addresses.firstIndex(of: $0)
      }
      return (error, peer == "127.0.0.1:\(listener.port)", order)
    }
  }

  @Test func `a dead address costs its head start, not the whole patience`() async throws {
    let silence = Silence()
    // Were it waited for alone, this would take an hour.
    let result = try await Self.reached([silence.port, nil], patience: .seconds(3_600))
    #expect(result.error == nil)
    #expect(result.isListener)
  }

  @Test func `several dead ones are passed over, with refusals between`() async throws {
    let (silence, another) = (Silence(), Silence())
    let (socket, refusing) = RawSocket.bound()
    let result = try await Self.reached([silence.port, refusing, another.port, refusing, nil])
    #expect(result.error == nil)
    #expect(result.isListener)
    withExtendedLifetime(socket) {}
  }

  @Test func `a dead one is remembered and tried last`() async throws {
    let silence = Silence()
    let (socket, refusing) = RawSocket.bound()
    let memory = AddressMemory()
    let result = try await Self.reached([silence.port, refusing, nil], memory)
    #expect(result.isListener)
    #expect(result.order == [2, 0, 1])
    // With a head start of an hour this would not end if the silent one were tried first.
    let again = try await Self.reached(
      [silence.port, nil], head: .seconds(3_600), patience: .seconds(3_600), memory)
    #expect(again.isListener)
    withExtendedLifetime(socket) {}
  }

  @Test func `when none answers, the time for all is that for one`() async throws {
    let (silence, another) = (Silence(), Silence())
    let result = try await Self.reached(
      [silence.port, another.port], head: .milliseconds(10), patience: .milliseconds(300))
    #expect(result.error == .timedOut)
  }

  @Test func `a refusal at the end does not give up the one that is still silent`() async throws {
    let silence = Silence()
    let (socket, refusing) = RawSocket.bound()
    let result = try await Self.reached(
      [silence.port, refusing], head: .milliseconds(10), patience: .milliseconds(300))
    #expect(result.error == .timedOut)
    withExtendedLifetime(socket) {}
  }

  @Test func `all refusing is a refusal`() async throws {
    let (socket, refusing) = RawSocket.bound()
    let (second, alsoRefusing) = RawSocket.bound()
    let result = try await Self.reached([refusing, alsoRefusing])
    #expect(result.error == .refused)
    withExtendedLifetime((socket, second)) {}
  }

  @Test func `what was begun in vain is closed`() async throws {
    // In a process of its own, where no other test opens sockets.
    await #expect(processExitsWith: .success) {
      let silence = Silence()
      let before = OpenDescriptors.sockets
      for _ in 0..<10 { _ = try await Self.reached([silence.port, nil], head: .milliseconds(1)) }
      #expect(OpenDescriptors.sockets == before)
    }
  }
}
