import CMicrohttpd
import Glibc
import Locking

/// What libmicrohttpd's callbacks work with, alive as long as the daemon.
final class ServerCore: Sendable {
  let settings: ServerSettings
  let deadlines = Deadlines()
  private let responder: any Responder
  private let open = Lock<(exchanges: [ObjectIdentifier: Exchange], isDraining: Bool)>(([:], false))

  init(_ settings: ServerSettings, _ responder: any Responder) {
    self.settings = settings
    self.responder = responder
  }

  var inFlight: Int { open.withLock { $0.exchanges.count } }
  private var isDraining: Bool { open.withLock { $0.isDraining } }
  private var exchanges: [Exchange] { open.withLock { Array($0.exchanges.values) } }

  /// Every answer from now on closes its connection, and new requests get 503.
  func drain() {
    open.withLock { $0.isDraining = true }
    for exchange in exchanges { exchange.endEvents() }
  }

  func endEvents() { for exchange in exchanges { exchange.endEvents() } }
  func beat() { for exchange in exchanges { exchange.beat() } }

  func closeAll() {
    for exchange in exchanges { exchange.close(with: Self.stopping) }
  }

  private static let stopping = Response.problem(.unavailable, "The server is restarting.")

  // MARK: callbacks

  func accepted(_ client: Client) {
    let now = ContinuousClock.now
    deadlines.open(client.descriptor, now: now, until: now + settings.headerDeadline)
    // At the limit itself the library accepts nobody any more.
    deadlines.makeRoom(beyond: settings.connectionLimit - settings.connectionLimit / 16)
  }

  func closed(_ client: Client) { deadlines.close(client.descriptor) }

  /// The head of a request is there: an exchange, or a refusal already queued.
  func begin(
    _ connection: OpaquePointer, client: Client, method: UnsafePointer<CChar>,
    version: UnsafePointer<CChar>
  ) -> (exchange: Exchange?, result: MHD_Result) {
    deadlines.set(client.descriptor, until: nil)
    let head: RequestHead
    do {
      head = try RequestHead(
        connection, method: method, version: version, rawTarget: client.rawTarget,
        settings: settings)
    } catch {
      return (nil, refuse(connection, client, .problem(error.status, error.detail)))
    }
    let asked = Request(head.method, head.target, fields: head.fields, peer: client.address)
    let limit = responder.bodyLimit(for: asked)
    if let length = head.contentLength, length > limit {
      return (nil, refuse(connection, client, .tooLarge(limit: limit)))
    }
    let exchange = Exchange(
      Connection(pointer: connection), descriptor: client.descriptor, head: head,
      bodyLimit: limit, pace: pace, deadlines: deadlines)
    let isDraining = open.withLock { open in
      if !open.isDraining { open.exchanges[ObjectIdentifier(exchange)] = exchange }
      return open.isDraining
    }
    if isDraining { return (nil, refuse(connection, client, Self.stopping)) }
    client.request = Request(
      head.method, head.target, fields: head.fields, body: RequestBody(exchange),
      peer: client.address)
    return (exchange, .YES)
  }

  /// A part of the body, its end, or the end of a sleep.
  func proceed(
    _ connection: OpaquePointer, client: Client, exchange: Exchange,
    octets: UnsafeRawBufferPointer
  ) -> (isTaken: Bool, result: MHD_Result) {
    var step = Exchange.Step.wait(isTaken: true)
    if octets.isEmpty { exchange.endBody() } else { step = exchange.offer(octets) }
    if let request = client.request {
      client.request = nil
      let responder = responder
      exchange.start { await responder.respond(to: request) }
    }
    if octets.isEmpty { step = exchange.answerOrSleep() }
    switch step {
    case .wait(let isTaken): return (isTaken, .YES)
    case .close: return (true, .NO)
    case .answer(let response):
      let closes = exchange.isChunked || isDraining
      return (true, queue(connection, client, response, exchange: exchange, closes: closes))
    }
  }

  func completed(_ client: Client?, _ exchange: Exchange?, wasAnswered: Bool) {
    if let exchange {
      exchange.end(wasAnswered: wasAnswered)
      open.withLock { open in
        open.exchanges[ObjectIdentifier(exchange)] = nil
      }
    }
    guard let client else { return }
    client.request = nil
    let now = ContinuousClock.now
    deadlines.rest(
      client.descriptor, now: now, until: now + settings.idleDeadline + settings.headerDeadline)
  }

  // MARK: answers

  private var pace: Exchange.Pace {
    Exchange.Pace(
      stall: settings.stallDeadline, bytesPerSecond: max(1, settings.minimumBytesPerSecond))
  }

  /// Answers in the first callback, after which libmicrohttpd closes: right for a request whose
  /// end is not known.
  private func refuse(
    _ connection: OpaquePointer, _ client: Client, _ response: Response
  ) -> MHD_Result {
    queue(connection, client, response, exchange: nil, closes: true)
  }

  private func queue(
    _ connection: OpaquePointer, _ client: Client, _ response: Response, exchange: Exchange?,
    closes: Bool
  ) -> MHD_Result {
    let response = settings.security.applied(to: response)
    guard let answer = answer(response, exchange: exchange, client: client) else { return .NO }
    defer { MHD_destroy_response(answer) }
    for field in response.fields {
      _ = MHD_add_response_header(answer, field.name, field.value)
    }
    if closes { _ = MHD_add_response_header(answer, "Connection", "close") }
    return MHD_queue_response(connection, UInt32(clamping: response.status.code), answer)
  }

  private func answer(
    _ response: Response, exchange: Exchange?, client: Client
  ) -> OpaquePointer? {
    switch response.body {
    case .octets(let octets):
      expectReading(of: octets.count, client)
      return octets.withUnsafeBytes { octets in
        MHD_create_response_from_buffer(
          octets.count, UnsafeMutableRawPointer(mutating: octets.baseAddress),
          .RESPMEM_MUST_COPY)
      }
    case .file(let file):
      expectReading(of: file.length, client)
      let copy = dup(file.descriptor)
      guard copy >= 0 else { return nil }
      let answer = MHD_create_response_from_fd_at_offset64(UInt64(file.length), copy, 0)
      if answer == nil { close(copy) }
      return answer
    case .stream(let produce): return stream(produce, isEvents: false, exchange)
    case .events(let produce): return stream(produce, isEvents: true, exchange)
    }
  }

  private func stream(
    _ produce: @escaping Response.Producer, isEvents: Bool, _ exchange: Exchange?
  ) -> OpaquePointer? {
    guard let bytes = exchange?.produce(produce, isEvents: isEvents) else { return nil }
    // A stream that begins while the program stops would hold it up.
    if isEvents, isDraining { exchange?.endEvents() }
    let held = Unmanaged.passRetained(bytes)
    let answer = MHD_create_response_from_callback(
      .max, 16 << 10, readStream, held.toOpaque(), releaseStream)
    if answer == nil { held.release() }
    return answer
  }

  private func expectReading(of bytes: Int, _ client: Client) {
    deadlines.set(
      client.descriptor,
      until: ContinuousClock.now + settings.stallDeadline + pace.time(for: bytes))
  }
}

private let readStream: MHD_ContentReaderCallback = { stream, _, room, count in
  guard let stream else { return MHD_CONTENT_READER_END_WITH_ERROR }
  return Unmanaged<ByteStream>.fromOpaque(stream).takeUnretainedValue()
    .read(into: UnsafeMutableRawBufferPointer(start: room, count: count))
}

private let releaseStream: MHD_ContentReaderFreeCallback = { stream in
  guard let stream else { return }
  Unmanaged<ByteStream>.fromOpaque(stream).release()
}
