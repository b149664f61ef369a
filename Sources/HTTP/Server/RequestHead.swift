import CMicrohttpd
import Octets

/// The head of a request as libmicrohttpd took it, judged more strictly than it does.
///
/// A proxy and this server must never disagree where a request ends (RFC 9112 §6.3, SEC-16), so
/// anything that can be read in two ways is refused.
struct RequestHead {
  let method: Method
  let target: Target
  let fields: Fields
  let isChunked: Bool
  /// `nil` when the head says nothing, or the body is chunked.
  let contentLength: Int?

  /// What to answer instead, in one line.
  struct Refusal: Error {
    let status: Status
    let detail: String

    init(_ status: Status, _ detail: String) {
      self.status = status
      self.detail = detail
    }
  }

  /// `method` and `version` lie where the library read them.
  init(
    _ connection: OpaquePointer, method methodText: UnsafePointer<CChar>,
    version versionText: UnsafePointer<CChar>, rawTarget: [UInt8], settings: ServerSettings
  ) throws(Refusal) {
    let (method, version) = (String(cString: methodText), String(cString: versionText))
    guard rawTarget.count <= settings.targetLimit else {
      throw Refusal(.uriTooLong, "The address may have at most \(settings.targetLimit) bytes.")
    }
    let size = martlet_mhd_header_size(connection)
    guard size <= settings.headerLimit else {
      throw Refusal(
        .headerFieldsTooLarge, "The header may have at most \(settings.headerLimit) bytes.")
    }
    let count = Int(MHD_get_connection_values_n(connection, .HEADER_KIND, nil, nil))
    guard count <= settings.fieldLimit else {
      throw Refusal(
        .headerFieldsTooLarge, "There may be at most \(settings.fieldLimit) header fields.")
    }
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
      throw Refusal(.versionNotSupported, "HTTP/1.1 is spoken here.")
    }
    guard !method.isEmpty, method.utf8.count <= 32, method.utf8.allSatisfy(\.isTokenOctet) else {
      throw Refusal(.badRequest, "The method is not a name.")
    }
    // One blank each between method, target and version, and nothing behind a NUL.
    let start = method.utf8.count + rawTarget.count + version.utf8.count + 2
    guard versionText - methodText == start - version.utf8.count, start < size,
      HeaderShape.isWhole(
        UnsafeRawBufferPointer(start: methodText + start, count: size - start).map(\.self),
        fields: count)
    else { throw Refusal(.badRequest, "A header field cannot be read.") }
    self.method = Method(method)
    fields = try Self.fields(of: connection)
    (isChunked, contentLength) = try Self.framing(fields, version: version)
    do { target = try Target(rawTarget) } catch {
      throw Refusal(.badRequest, "The address cannot be read.")
    }
    try Self.checkHost(fields, target: target, version: version)
  }

  private static func fields(of connection: OpaquePointer) throws(Refusal) -> Fields {
    var found = Found()
    withUnsafeMutablePointer(to: &found) { found in
      _ = MHD_get_connection_values_n(connection, .HEADER_KIND, collect, found)
    }
    guard found.areClean else { throw Refusal(.badRequest, "A header field cannot be read.") }
    return found.fields
  }

  private static func framing(
    _ fields: Fields, version: String
  ) throws(Refusal) -> (isChunked: Bool, contentLength: Int?) {
    let lengths = fields.all("Content-Length")
    let codings = fields.all("Transfer-Encoding")
    guard codings.isEmpty else {
      guard version == "HTTP/1.1", lengths.isEmpty, codings.count == 1,
        Array(codings[0].utf8).equalsIgnoringASCIICase("chunked")
      else { throw Refusal(.badRequest, "The length of the body is not clear.") }
      return (true, nil)
    }
    guard let text = lengths.first else { return (false, nil) }
    guard lengths.count == 1, !text.isEmpty, text.utf8.allSatisfy(\.isASCIIDigit),
      let length = Int(text)
    else { throw Refusal(.badRequest, "The length of the body is not clear.") }
    return (false, length)
  }

  private static func checkHost(
    _ fields: Fields, target: Target, version: String
  ) throws(Refusal) {
    let hosts = fields.all("Host")
    guard hosts.count == 1 || hosts.isEmpty && version == "HTTP/1.0" else {
      throw Refusal(.badRequest, "Exactly one Host field is needed.")
    }
    let isName = hosts.allSatisfy { host in
      host.utf8.allSatisfy { octet in
        octet.isASCIILetter || octet.isASCIIDigit || ".-_:[]".utf8.contains(octet)
      }
    }
    guard isName, target.authority.map({ hosts == [$0] }) ?? true else {
      throw Refusal(.badRequest, "The Host field is not the name of a host.")
    }
  }

  fileprivate struct Found {
    var fields = Fields()
    var areClean = true
  }
}

/// At file scope, because a callback must belong to no actor.
private let collect: MHD_KeyValueIteratorN = { found, _, name, nameLength, value, valueLength in
  guard let found, let name else { return .NO }
  let list = found.assumingMemoryBound(to: RequestHead.Found.self)
  let name8 = UnsafeRawBufferPointer(start: name, count: nameLength)
  let value8 = UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueLength)
  guard !name8.isEmpty, name8.allSatisfy(\.isTokenOctet),
    value8.allSatisfy({ $0 >= ASCII.space && $0 != 0x7F || $0 == ASCII.tab })
  else {
    list.pointee.areClean = false
    return .NO
  }
  list.pointee.fields.append(
    String(decoding: name8, as: UTF8.self), String(decoding: value8, as: UTF8.self))
  return .YES
}
