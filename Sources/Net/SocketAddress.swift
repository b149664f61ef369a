import CNet
import Dispatch
import Glibc
import Locking

/// An IPv4 or IPv6 address with a port.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
  /// The `sockaddr` as the system lays it out.
  let octets: [UInt8]

  var family: Int32 {
    octets.withUnsafeBytes { Int32($0.loadUnaligned(as: sockaddr.self).sa_family) }
  }

  /// As in `127.0.0.1:25` or `[::1]:25`.
  public var description: String {
    var text = [CChar](repeating: 0, count: 80)
    let length = octets.withUnsafeBytes {
      martlet_address_text($0.baseAddress, UInt32($0.count), &text, text.count)
    }
    guard length > 0 else { return "an unknown address" }
    return String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// All addresses of a host, in the resolver's order of preference.
  ///
  /// The system's resolver blocks, so it runs on a thread of its own; a task that is cancelled does
  /// not wait for it.
  public static func resolve(
    host: String, port: UInt16
  ) async throws(NetError) -> [SocketAddress] {
    let answer = Answer()
    let found = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Found, Never>) in
        answer.awaited(by: continuation)
        DispatchQueue.global().async { answer.give(lookUp(host, port)) }
      }
    } onCancel: {
      answer.give(.failure(.closed))
    }
    return try found.get()
  }

  private typealias Found = Result<[SocketAddress], NetError>

  /// The first answer, for the one who waits for it.
  private final class Answer: Sendable {
    private struct State: Sendable {
      var found: Found?
      var waiting: UnsafeContinuation<Found, Never>?
    }

    private let state = Lock(State())

    func awaited(by continuation: UnsafeContinuation<Found, Never>) {
      let found: Found? = state.withLock { state in
        if state.found == nil { state.waiting = continuation }
        return state.found
      }
      if let found { continuation.resume(returning: found) }
    }

    func give(_ found: Found) {
      let waiting: UnsafeContinuation<Found, Never>? = state.withLock { state in
        guard state.found == nil else { return nil }
        state.found = found
        defer { state.waiting = nil }
        return state.waiting
      }
      waiting?.resume(returning: found)
    }
  }

  private static func lookUp(_ host: String, _ port: UInt16) -> Found {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else {
      let reason = String(cString: gai_strerror(code))
      return .failure(
        code == EAI_AGAIN
          ? .notLookedUp(host: host, reason: reason) : .unresolvable(host: host, reason: reason))
    }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var entry = list
    while let info = entry?.pointee {
      if let address = info.ai_addr {
        let raw = UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
        let address = SocketAddress(octets: [UInt8](raw))
        if !addresses.contains(address) { addresses.append(address) }
      }
      entry = info.ai_next
    }
    return addresses.isEmpty
      ? .failure(.unresolvable(host: host, reason: "it has no address")) : .success(addresses)
  }
}
