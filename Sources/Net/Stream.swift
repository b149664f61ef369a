import CNet
import COpenSSL
import Glibc

/// A TCP connection, in the clear or under TLS, that lives on one ``EventLoop``.
///
/// Only the task that runs on that loop may touch it. Every wait has a deadline, and ends with the
/// task: whoever is cancelled while waiting finds the stream closed.
public final class Stream {
  private let channel: Channel
  private var tls: TLSSession?
  /// The other side, where we connected to it.
  public let address: SocketAddress?
  /// The other side, as in `192.0.2.1:25`.
  public let peer: String

  private let loop: EventLoop

  init(channel: Channel, to address: SocketAddress?, on loop: EventLoop) {
    self.channel = channel
    self.loop = loop
    self.address = address
    peer = address?.description ?? "a client"
  }

  deinit { channel.close() }

  /// Takes over a descriptor that ``Listener`` accepted.
  static func adopt(_ fd: Int32, on loop: EventLoop) throws(NetError) -> Stream {
    Stream(channel: try loop.open(fd), to: nil, on: loop)
  }

  /// Our own address as SMTP writes it, as in `[192.0.2.1]` (RFC 5321 §4.1.3).
  public var localName: String {
    var text = [CChar](repeating: 0, count: 80)
    let length = martlet_local_literal(channel.fd, &text, text.count)
    guard length > 0 else { return "[127.0.0.1]" }
    return String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  public var isEncrypted: Bool { tls != nil }

  /// As in `TLSv1.3 TLS_AES_256_GCM_SHA384`, `nil` in the clear.
  public var encryption: String? { tls?.name }

  /// Whether TLS went on from an earlier connection to the same host, which spares most of its cost.
  public var isResumed: Bool { tls?.isResumed == true }

  // MARK: Reading

  /// Appends what has arrived, waiting for at least one octet.
  ///
  /// - Returns: How many octets came; 0 when the other side has ended its stream.
  public func read(
    into buffer: inout [UInt8], atMost limit: Int = 65_536, by deadline: Deadline
  ) async throws(NetError) -> Int {
    // The loop's one scratch room, because nothing can come between this read and the copy.
    let scratch = loop.scratch
    let room = UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(limit, scratch.count)])
    while true {
      // What was read before had room to spare: there is nothing before the loop says so.
      if channel.isDrained, tls == nil {
        guard await channel.readable(by: deadline) else { throw lapse }
      }
      let outcome = readOnce(room)
      if case .done(let count) = outcome {
        if count < room.count { channel.drained() }
        buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
        return count
      }
      try await settle(outcome, by: deadline)
    }
  }

  private func readOnce(_ room: UnsafeMutableRawBufferPointer) -> IOOutcome {
    guard channel.isOpen else { return .failed(.closed) }
    if let tls { return tls.read(room) }
    let count = Glibc.read(channel.fd, room.baseAddress, room.count)
    return count >= 0 ? .done(count) : IOOutcome(errno: errno, reading: true)
  }

  // MARK: Writing

  /// Writes everything, as long as the other side takes some of it every now and then.
  ///
  /// `written` counts the octets handed to the system, also when an error ends the call early:
  /// what was not counted has surely not been sent.
  public func write(
    _ octets: [UInt8], written: inout Int, stallingAtMost patience: Duration
  ) async throws(NetError) {
    var at = 0
    while at < octets.count {
      var outcome = IOOutcome.wouldBlock
      octets.withUnsafeBytes { bytes in
        outcome = writeOnce(UnsafeRawBufferPointer(rebasing: bytes[at...]))
      }
      if case .done(let count) = outcome {
        at += count
        written += count
      } else {
        try await settle(outcome, by: .after(patience))
      }
    }
  }

  /// Writes everything.
  public func write(
    _ octets: [UInt8], stallingAtMost patience: Duration
  ) async throws(NetError) {
    var written = 0
    try await write(octets, written: &written, stallingAtMost: patience)
  }

  private func writeOnce(_ bytes: UnsafeRawBufferPointer) -> IOOutcome {
    guard channel.isOpen else { return .failed(.closed) }
    if let tls { return tls.write(bytes) }
    let count = Glibc.send(channel.fd, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    return count >= 0 ? .done(count) : IOOutcome(errno: errno, reading: false)
  }

  // MARK: TLS

  /// Begins TLS as a client; the certificate must bear the name `host`.
  public func startTLS(
    as context: TLSContext, host: String, by deadline: Deadline
  ) async throws(NetError) {
    try await handshake(try TLSSession(context, client: host, fd: channel.fd), by: deadline)
  }

  /// Begins TLS as a server.
  public func acceptTLS(as context: TLSContext, by deadline: Deadline) async throws(NetError) {
    try await handshake(try TLSSession(server: context, fd: channel.fd), by: deadline)
  }

  private func handshake(
    _ session: TLSSession, by deadline: Deadline
  ) async throws(NetError) {
    while true {
      guard channel.isOpen else { throw .closed }
      let outcome = session.handshake()
      if case .done = outcome { break }
      try await settle(outcome, by: deadline)
    }
    tls = session
  }

  // MARK: The end

  /// Says goodbye under TLS, if the peer is there to hear it, and closes.
  public func close() {
    // The descriptor's number may be another's by now.
    guard channel.isOpen else { return }
    tls?.finish()
    channel.close()
  }

  /// Ends our side and closes once the other side has ended too, or at the deadline.
  ///
  /// What still comes is thrown away: to close with octets unread is to reset the connection, and
  /// the other side might never see what was written last. `saysGoodbye` sends TLS's close_notify.
  public func closeGently(by deadline: Deadline, saysGoodbye: Bool = true) async {
    guard channel.isOpen else { return }
    if saysGoodbye { tls?.finish() }
    tls = nil
    shutdown(channel.fd, Int32(SHUT_WR))
    drain: while channel.isOpen {
      switch readOnce(loop.scratch) {
      case .done(let count): if count == 0 { break drain }
      case .failed: break drain
      default: guard await channel.readable(by: deadline) else { break drain }
      }
    }
    channel.close()
  }

  /// Closes with a reset: what was written and is still under way may be lost.
  public func reset() {
    guard channel.isOpen else { return }
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      channel.fd, SOL_SOCKET, Int32(SO_LINGER), &linger,
      socklen_t(MemoryLayout.size(ofValue: linger)))
    channel.close()
  }

  /// Lets the system take in hardly more than what has been read, so that the other side feels it
  /// when we read slowly.
  public func keepReceiveWindowSmall() {
    guard channel.isOpen else { return }
    var size: Int32 = 1
    setsockopt(channel.fd, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Why a wait ended without success: its time was up, or the stream was closed under it.
  private var lapse: NetError { channel.isOpen ? .timedOut : .closed }

  /// Waits for what the operation lacked.
  private func settle(_ outcome: IOOutcome, by deadline: Deadline) async throws(NetError) {
    switch outcome {
    case .done: return
    case .wouldBlock, .needsRead:
      guard await channel.readable(by: deadline) else { throw lapse }
    case .needsWrite:
      guard await channel.writable(by: deadline) else { throw lapse }
    case .failed(let error): throw error
    }
  }
}

/// What became of one attempt to read, write or shake hands.
enum IOOutcome {
  case done(Int)
  case wouldBlock
  case needsRead
  case needsWrite
  case failed(NetError)

  init(errno code: Int32, reading: Bool) {
    switch code {
    case EAGAIN, EINTR: self = reading ? .needsRead : .needsWrite
    default: self = .failed(.from(code, doing: reading ? "reading" : "writing"))
    }
  }
}
