import Glibc
import Net

/// Two ends of a connection over loopback, both on one loop.
struct Loopback {
  let client: Stream
  let server: Stream

  init(on loop: EventLoop) async throws {
    let listener = try Listener(at: try await Self.address(), on: loop)
    client = try await Self.connect(to: listener.port, on: loop)
    guard let stream = await listener.acceptDescriptor()?.stream(on: loop) else {
      throw NetError.closed
    }
    server = stream
    listener.close()
  }

  static func address(port: UInt16 = 0) async throws(NetError) -> SocketAddress {
    guard let address = try await SocketAddress.resolve(host: "127.0.0.1", port: port).first
    else { throw .refused }
    return address
  }

  static func connect(
    to port: UInt16, patience: Duration = .seconds(20), on loop: EventLoop
  ) async throws(NetError) -> Stream {
    try await Stream.connect(
      toAnyOf: [try await address(port: port)], patience: patience, on: loop)
  }
}

extension Stream {
  /// What comes until the other side ends its stream.
  func readToEnd() async throws(NetError) -> [UInt8] {
    var octets: [UInt8] = []
    while try await read(into: &octets, by: .after(.seconds(20))) > 0 {}
    return octets
  }

  /// At least `count` octets, fewer when the stream ends before.
  func read(_ count: Int) async throws(NetError) -> [UInt8] {
    var octets: [UInt8] = []
    while octets.count < count,
      try await read(into: &octets, by: .after(.seconds(20))) > 0
    {}
    return octets
  }
}
