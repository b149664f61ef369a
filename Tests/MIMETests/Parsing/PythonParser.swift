import Foundation

/// Received messages read by Python's parser, by its lenient policy.
enum PythonParser {
  /// What Python found in one message.
  struct Reading: Decodable {
    var parts: [Part]
    /// Decoded, white space in one piece.
    var subject: String?
    var fromName: String
    var fromAddress: String
    /// Seconds since 1970, of dates that Python can read.
    var date: Int?
  }

  struct Part: Decodable {
    var type: String
    var depth: Int
    /// The decoded body in base64; `nil` for what has parts inside.
    var content: String?
    /// The body of a text in a charset that both know.
    var text: String?
  }

  static func read(_ paths: [String]) throws -> [Reading] {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appendingPathComponent("martlet-parse-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try JSONEncoder().encode(paths).write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, file.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode([Reading].self, from: data)
  }

  private static let script = #"""
    import base64, email, email.utils, json, re, sys
    from email.header import decode_header
    known = {'us-ascii': 'ascii', 'utf-8': 'utf-8', 'iso-8859-1': 'latin-1',
             'iso-8859-15': 'iso-8859-15', 'windows-1252': 'cp1252'}

    def raw(message, name):
        value = next((v for k, v in message._headers if k.lower() == name), None)
        return None if value is None else re.sub(r'\r?\n', '', value)

    def decoded(value):
        if value is None: return None
        try: pieces = decode_header(value)
        except Exception: return None
        text = ''
        for word, charset in pieces:
            if isinstance(word, str): word = word.encode('ascii', 'surrogateescape')
            charset = known.get((charset or 'utf-8').lower())
            if charset is None: return None
            text += word.decode(charset, 'replace')
        return ' '.join(text.split())

    def walk(part, depth, parts):
        type = part.get_content_type()
        # Python takes every message type for a message; reports and fragments are none.
        report = type.startswith('message/') and type != 'message/rfc822'
        children = part.get_payload() if part.is_multipart() and not report else None
        content = text = None
        if children is None and not report:
            octets = part.get_payload(decode=True)
            content = base64.b64encode(octets).decode()
            charset = known.get((part.get_content_charset() or 'us-ascii').lower())
            if charset and type.startswith('text/'):
                text = octets.decode(charset, 'replace')
        parts.append(dict(type=type, depth=depth, content=content, text=text))
        for child in children or []: walk(child, depth + 1, parts)

    readings = []
    for path in json.load(open(sys.argv[1])):
        message = email.message_from_bytes(open(path, 'rb').read())
        parts = []
        walk(message, 0, parts)
        name, address = email.utils.parseaddr(raw(message, 'from') or '')
        try: date = int(email.utils.parsedate_to_datetime(raw(message, 'date')).timestamp())
        except Exception: date = None
        readings.append(dict(
            parts=parts, subject=decoded(raw(message, 'subject')), fromName=decoded(name),
            fromAddress=address.encode('utf-8', 'replace').decode(), date=date))
    json.dump(readings, sys.stdout)
    """#
}
