import Octets

/// The field that tells a browser to save an answer (RFC 6266).
public enum ContentDisposition {
  /// A plain name for old readers and, when that lost something, the whole in UTF-8 (RFC 8187).
  public static func attachment(named name: String) -> String {
    let clean = String(
      String.UnicodeScalarView(
        name.unicodeScalars.map {
          $0.value < 0x20 || $0.value == 0x7F || $0 == "/" || $0 == "\\" ? "_" : $0
        }))
    let plain = String(
      decoding: clean.unicodeScalars.map { scalar in
        scalar.isASCII && scalar != "\"" && scalar != "%" ? UInt8(scalar.value) : UInt8(ascii: "_")
      }, as: UTF8.self)
    let field = "attachment; filename=\"\(plain)\""
    return plain == clean ? field : "\(field); filename*=UTF-8''\(PercentEncoding.encode(clean))"
  }
}
