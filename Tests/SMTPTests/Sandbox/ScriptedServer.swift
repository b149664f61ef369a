import Foundation
import Glibc

/// A server that says what it is told to, whatever the client does, and writes down every octet
/// that comes.
///
/// It works with blocking calls on a thread of its own, so that nothing of what it tests is part
/// of it.
struct ScriptedServer {
  enum Step: Sendable {
    case say(String)
    case sayOctets([UInt8])
    /// Waits for so many whole lines.
    case lines(Int)
    /// Waits for one line and complains when the client did not wait for its answer.
    case line
    /// Waits for the lone dot that ends a message.
    case body
    /// Waits for so many octets.
    case octets(Int)
    /// Reads nothing until the client has gone.
    case hold
    case close
    case reset
  }

  /// What became of the script.
  struct Transcript: Sendable, Equatable {
    var received: [UInt8] = []
    /// Why the script was not played to its end.
    var complaint: String?

    var text: String { String(decoding: received, as: UTF8.self) }
  }

  let port: UInt16
  private let outcome: Task<Transcript, Never>
  private let departure = DispatchSemaphore(value: 0)

  /// How the script ended; ask once the client has left.
  var transcript: Transcript {
    get async {
      departure.signal()
      return await outcome.value
    }
  }

  init(_ script: [Step]) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) { bytes in
      let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      _ = bind(listener, pointer, length)
      getsockname(listener, pointer, &length)
    }
    guard listener >= 0, listen(listener, 4) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    Player.limitWaits(of: listener)
    port = UInt16(bigEndian: address.sin_port)
    let (transcripts, transcript) = AsyncStream.makeStream(of: Transcript.self)
    // Started here, not in the task: the shared pool may be busy with other tests for long.
    Thread.detachNewThread { [departure] in
      var player = Player(descriptor: accept(listener, nil, nil), departure: departure)
      Glibc.close(listener)
      transcript.yield(player.play(script))
      transcript.finish()
    }
    outcome = Task {
      for await transcript in transcripts { return transcript }
      return Transcript()
    }
  }
}

/// One connection on which a script is played.
private struct Player {
  let descriptor: Int32
  let departure: DispatchSemaphore
  private var transcript = ScriptedServer.Transcript()
  /// How much of what was received the script has waited for.
  private var taken = 0

  init(descriptor: Int32, departure: DispatchSemaphore) {
    self.descriptor = descriptor
    self.departure = departure
    Self.limitWaits(of: descriptor)
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  static func limitWaits(of descriptor: Int32) {
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    let length = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
  }

  mutating func play(_ script: [ScriptedServer.Step]) -> ScriptedServer.Transcript {
    guard descriptor >= 0 else {
      transcript.complaint = "nobody came"
      return transcript
    }
    for step in script {
      switch step {
      case .close:
        Glibc.close(descriptor)
        return transcript
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
          descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        Glibc.close(descriptor)
        return transcript
      default:
        guard obey(step) else {
          transcript.complaint = transcript.complaint ?? "waited in vain at \(step)"
          Glibc.close(descriptor)
          return transcript
        }
      }
    }
    while receive() {}
    Glibc.close(descriptor)
    return transcript
  }

  /// Returns whether the step could be done.
  private mutating func obey(_ step: ScriptedServer.Step) -> Bool {
    switch step {
    case .say(let text): return say([UInt8](text.utf8))
    case .sayOctets(let octets): return say(octets)
    case .octets(let count): return wait { $0.count >= count ? count : nil }
    case .body: return wait { Self.endOfBody(in: $0) }
    case .lines(let count): return (0..<count).allSatisfy { _ in wait(for: Self.endOfLine) }
    case .line:
      guard wait(for: Self.endOfLine) else { return false }
      guard taken == transcript.received.count else {
        transcript.complaint = "the client did not wait for its answer"
        return false
      }
      return true
    case .hold: return departure.wait(timeout: .now() + 20) == .success
    case .close, .reset: return true
    }
  }

  private static func endOfLine(in octets: ArraySlice<UInt8>) -> Int? {
    octets.firstIndex(of: 0x0A).map { $0 + 1 - octets.startIndex }
  }

  private static func endOfBody(in octets: ArraySlice<UInt8>) -> Int? {
    let end = Array("\r\n.\r\n".utf8)
    if octets.prefix(3) == end[2...] { return 3 }
    return octets.firstRange(of: end).map { $0.upperBound - octets.startIndex }
  }

  private mutating func wait(for end: (ArraySlice<UInt8>) -> Int?) -> Bool {
    while true {
      if let count = end(transcript.received[taken...]) {
        taken += count
        return true
      }
      guard receive() else { return false }
    }
  }

  private mutating func receive() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    transcript.received += chunk[..<count]
    return true
  }

  private func say(_ octets: [UInt8]) -> Bool {
    var sent = 0
    while sent < octets.count {
      let count = octets.withUnsafeBytes {
        send(
          descriptor, $0.baseAddress.map { $0 + sent }, octets.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
