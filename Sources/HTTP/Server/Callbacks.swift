import CMicrohttpd

// At file scope, because a closure in an actor's context would trap on libmicrohttpd's thread.
// The first argument of each is the daemon's `ServerCore`, which `Server` keeps retained; a
// socket's context is a retained `Client`, a request's is a retained `Exchange`.

let onConnection: MHD_NotifyConnectionCallback = { core, connection, context, what in
  guard let core = core.map(core(at:)), let connection, let context else { return }
  if what == .CONNECTION_NOTIFY_STARTED {
    let client = Client(
      descriptor: martlet_mhd_descriptor(connection),
      address: ListeningSocket.text(of: martlet_mhd_peer(connection)))
    context.pointee = Unmanaged.passRetained(client).toOpaque()
    core.accepted(client)
  } else if let held = context.pointee {
    core.closed(Unmanaged<Client>.fromOpaque(held).takeRetainedValue())
    context.pointee = nil
  }
}

/// Keeps the target as it was sent; the library cuts and decodes its own copy.
let onTarget:
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?
  ) -> UnsafeMutableRawPointer? = { _, target, connection in
    guard let target, let connection, let client = client(of: connection) else { return nil }
    client.rawTarget = []
    var at = target
    while at.pointee != 0 {
      client.rawTarget.append(UInt8(bitPattern: at.pointee))
      at += 1
    }
    return nil
  }

let onRequest: MHD_AccessHandlerCallback = {
  core, connection, _, method, version, octets, count, context in
  guard let core = core.map(core(at:)), let connection, let method, let version, let count,
    let context, let client = client(of: connection)
  else { return .NO }
  guard let held = context.pointee else {
    let (exchange, result) = core.begin(
      connection, client: client, method: method, version: version)
    context.pointee = exchange.map { Unmanaged.passRetained($0).toOpaque() }
    return result
  }
  let (isTaken, result) = core.proceed(
    connection, client: client,
    exchange: Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue(),
    octets: UnsafeRawBufferPointer(start: octets, count: octets == nil ? 0 : count.pointee))
  if isTaken { count.pointee = 0 }
  return result
}

let onCompleted: MHD_RequestCompletedCallback = { core, connection, context, how in
  guard let core = core.map(core(at:)), let connection, let context else { return }
  let exchange = context.pointee.map { Unmanaged<Exchange>.fromOpaque($0).takeRetainedValue() }
  context.pointee = nil
  core.completed(
    client(of: connection), exchange, wasAnswered: how == .REQUEST_TERMINATED_COMPLETED_OK)
}

private func core(at pointer: UnsafeMutableRawPointer) -> ServerCore {
  Unmanaged<ServerCore>.fromOpaque(pointer).takeUnretainedValue()
}

private func client(of connection: OpaquePointer) -> Client? {
  martlet_mhd_socket_context(connection).map {
    Unmanaged<Client>.fromOpaque($0).takeUnretainedValue()
  }
}
