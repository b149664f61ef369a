import CAssets
import Crypto
import HTTP

/// The style sheet, the script and the pictures, as they travel inside the program.
///
/// Each has a piece of its hash in its address, so that browsers may keep it for ever: a changed
/// file has another address.
struct Assets: Sendable {
  private struct File: Sendable {
    let type: String
    let tag: String
    let octets: [UInt8]
    /// `nil` when compression does not make it smaller.
    let compressed: [UInt8]?
  }

  private var files: [String: File] = [:]
  private var addresses: [String: String] = [:]

  init() {
    var index = 0
    while let asset = martlet_web_asset(index)?.pointee {
      add(
        String(cString: asset.name),
        Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)))
      index += 1
    }
  }

  /// The path of a file, such as `martlet.css`.
  func address(of name: String) -> String { addresses[name] ?? "/assets/\(name)" }

  /// The file at the request's path; `nil` when there is none, or only one of an earlier release.
  func respond(to request: Request) -> Response? {
    // Browsers ask here on their own for pages that name no icon, such as a framed message.
    let isUnnamedIcon = request.path == "/favicon.ico"
    guard let file = files[isUnnamedIcon ? address(of: "favicon.svg") : request.path] else {
      return nil
    }
    let compressed = request.accepts(coding: "gzip") ? file.compressed : nil
    var response = Response.octets(compressed ?? file.octets, type: file.type)
    response.fields["Cache-Control"] =
      isUnnamedIcon ? "public, max-age=86400" : "public, max-age=31536000, immutable"
    if file.compressed != nil { response.fields["Vary"] = "Accept-Encoding" }
    if compressed != nil { response.fields["Content-Encoding"] = "gzip" }
    // Two forms of one file are two entities and need two tags (RFC 9110 §8.8.3).
    return response.tagged(compressed == nil ? file.tag : "\(file.tag)-gzip", for: request)
  }

  private mutating func add(_ name: String, _ source: [UInt8]) {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return }
    let (type, octets) =
      switch parts[1] {
      case "css": ("text/css; charset=utf-8", Minify.css(source))
      case "js": ("text/javascript; charset=utf-8", Minify.script(source))
      default: ("image/svg+xml", source)
      }
    let hash = Hex.encode(SHA256.hash(octets).prefix(8))
    let address = "/assets/\(parts[0])-\(hash.prefix(8)).\(parts[1])"
    let compressed = Gzip.compress(octets).flatMap { $0.count < octets.count ? $0 : nil }
    files[address] = File(type: type, tag: hash, octets: octets, compressed: compressed)
    addresses[name] = address
  }
}
