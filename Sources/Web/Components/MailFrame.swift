import HTTP

/// A message's HTML, shown without being trusted: in a frame from an address of its own, where no
/// script runs, no form is sent and nothing is asked of any host.
enum MailFrame {
  /// The policy of the framed page itself; pictures stand in it as `data:`.
  static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    + "base-uri 'none'; frame-ancestors 'self'; sandbox"

  /// The frame, in a page that is answered by ``allowing(_:)``.
  static func html(_ address: String, title: String = "The message as HTML") -> HTML {
    "<iframe class=\"mail\" title=\"\(title)\" src=\"\(address)\" sandbox=\"\" loading=\"lazy\"></iframe>"
  }

  /// A page of ours that may hold such a frame.
  static func allowing(_ page: Response) -> Response {
    var page = page
    page.fields["Content-Security-Policy"] = SecurityHeaders.ownContentOnly + "; frame-src 'self'"
    return page
  }

  /// What the frame shows.
  static func content(_ html: [UInt8]) -> Response {
    var answer = Response.html(defused(html))
    answer.fields["Content-Security-Policy"] = policy
    answer.fields["Referrer-Policy"] = "no-referrer"
    answer.fields["X-DNS-Prefetch-Control"] = "off"
    return answer
  }

  /// The HTML without `link` elements: a hint to connect to a host falls under no policy.
  private static func defused(_ html: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(html.count + 64)
    let tag = [UInt8]("<link".utf8)
    for (index, octet) in html.enumerated() {
      out.append(octet)
      guard octet == tag[0], index + tag.count <= html.count,
        zip(html[index...], tag).dropFirst().allSatisfy({ $0 | 0x20 == $1 })
      else { continue }
      out.append(contentsOf: "no-".utf8)
    }
    return out
  }
}
