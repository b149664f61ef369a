import CNet
import Glibc

extension Stream {
  /// Connects to one of `addresses`, preferring those in front.
  ///
  /// All of them together have as long as `patience`. An address that does not answer within `head`
  /// gets company: the next one is tried beside it, and so on, so that a dead one costs a moment and
  /// a slow one is not given up. `memory` puts those that failed lately at the end.
  ///
  /// - Throws: What the last address said; ``NetError/timedOut`` when one of them said nothing.
  public static func connect(
    toAnyOf addresses: [SocketAddress], patience: Duration, head: Duration = .seconds(1),
    remembering memory: AddressMemory? = nil, on loop: EventLoop
  ) async throws(NetError) -> Stream {
    let deadline = Deadline.after(patience)
    var last = NetError.refused
    var pending: [Attempt] = []
    defer { for attempt in pending { attempt.channel.close() } }
    for address in memory?.inOrder(addresses) ?? addresses {
      do throws(NetError) {
        pending.append(try Attempt(address, on: loop))
      } catch {
        last = error
        memory?.failed(address)
        continue
      }
      if let stream = await firstToAnswer(
        of: &pending, by: min(deadline, .after(head)), &last, memory)
      {
        return stream
      }
      if deadline.isOver { break }
    }
    while !pending.isEmpty, !deadline.isOver {
      if let stream = await firstToAnswer(of: &pending, by: deadline, &last, memory) {
        return stream
      }
    }
    for attempt in pending { memory?.failed(attempt.address) }
    throw pending.isEmpty ? last : .timedOut
  }

  /// Waits for any of the attempts, and takes out those that have failed.
  ///
  /// - Returns: `nil` when the time is up or there is none left.
  private static func firstToAnswer(
    of pending: inout [Attempt], by deadline: Deadline, _ last: inout NetError,
    _ memory: AddressMemory?
  ) async -> Stream? {
    while true {
      for (index, attempt) in pending.enumerated().reversed() {
        // Whoever came last is waited for; the others are looked at in between.
        let isNewest = index == pending.count - 1
        let wait = pending.count == 1 ? deadline : min(deadline, .after(.milliseconds(100)))
        switch await attempt.outcome(by: isNewest ? wait : nil) {
        case .waiting: continue
        case .failed(let error):
          attempt.channel.close()
          pending.remove(at: index)
          memory?.failed(attempt.address)
          last = error
          // The next address need not wait for the rest of this one's time.
          if isNewest { return nil }
        case .connected:
          pending.remove(at: index)
          memory?.worked(attempt.address)
          for slow in pending { memory?.failed(slow.address) }
          return Stream(channel: attempt.channel, to: attempt.address, on: attempt.loop)
        }
      }
      if pending.isEmpty || deadline.isOver { return nil }
    }
  }

  /// A connection that is being made.
  private struct Attempt {
    enum Outcome {
      case waiting
      case connected
      case failed(NetError)
    }

    let address: SocketAddress
    let channel: Channel
    let loop: EventLoop

    init(_ address: SocketAddress, on loop: EventLoop) throws(NetError) {
      self.address = address
      self.loop = loop
      let fd = martlet_tcp_socket(address.family)
      guard fd >= 0 else { throw .system(-fd, doing: "opening a socket") }
      let code = address.octets.withUnsafeBytes {
        martlet_tcp_connect(fd, $0.baseAddress, UInt32($0.count))
      }
      guard code == 0 || code == -EINPROGRESS else {
        Glibc.close(fd)
        throw .from(-code, doing: "connecting")
      }
      do throws(NetError) {
        channel = try loop.open(fd)
      } catch {
        Glibc.close(fd)
        throw error
      }
    }

    /// What has become of it; without a deadline, at this moment.
    func outcome(by deadline: Deadline?) async -> Outcome {
      if let deadline {
        guard await channel.writable(by: deadline) else { return .waiting }
      } else {
        guard channel.tookRoom() else { return .waiting }
      }
      let error = martlet_socket_error(channel.fd)
      return error == 0 ? .connected : .failed(.from(-error, doing: "connecting"))
    }
  }
}
