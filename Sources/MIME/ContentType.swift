/// What kind of content an attachment has, `type/subtype` (RFC 2045 §5.1).
public struct ContentType: Sendable, Hashable {
  public let name: String

  /// A type without parameters; what holds further parts or messages cannot be attached as octets.
  public init(_ text: String) throws(HeaderError) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let token = OctetSet.token
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(token.contains) }),
      text.utf8.count <= 60
    else { throw .invalidContentType(text) }
    let name = text.lowercased()
    guard !name.hasPrefix("multipart/"), !name.hasPrefix("message/") else {
      throw .invalidContentType(text)
    }
    self.name = name
  }

  private init(known name: String) { self.name = name }

  /// For content of which nothing is known.
  public static let octets = ContentType(known: "application/octet-stream")

  /// The type that a file's extension stands for.
  public init(fileName: String) {
    let dot = fileName.lastIndex(of: ".")
    let suffix = dot.map { fileName[fileName.index(after: $0)...].lowercased() } ?? ""
    self = ContentType.byExtension[suffix].map(ContentType.init(known:)) ?? .octets
  }

  var isText: Bool { name.hasPrefix("text/") }

  private static let byExtension: [String: String] = [
    "7z": "application/x-7z-compressed",
    "avi": "video/x-msvideo",
    "bmp": "image/bmp",
    "css": "text/css",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "gif": "image/gif",
    "gz": "application/gzip",
    "heic": "image/heic",
    "htm": "text/html",
    "html": "text/html",
    "ics": "text/calendar",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ogg": "audio/ogg",
    "p7s": "application/pkcs7-signature",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rar": "application/vnd.rar",
    "rtf": "application/rtf",
    "svg": "image/svg+xml",
    "tar": "application/x-tar",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "vcf": "text/vcard",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "zip": "application/zip",
  ]
}
