import Foundation

/// Messages read by a parser that nobody on this project wrote: Python's, by its strict policy.
enum PythonReader {
  /// What Python found in one message.
  struct Reading: Decodable {
    var subject: String
    /// The sender's name, decoded word by word as RFC 2047 has it.
    var fromName: String
    /// The same by the policy, which misplaces spaces between encoded words: without white space.
    var fromLetters: String
    var fromAddress: String
    var toName: String
    var toAddress: String
    var headerCounts: [String: Int]
    var defects: [String]
    var types: [String]
    var text: String
    var html: String
    var fileNames: [String]
    var partNames: [String]
    var contents: [String]
    var date: String
    var longestLine: Int
    var bareLineEndings: Int
  }

  static let isHere: Bool = {
    (try? run(["-c", "import email.policy"])) != nil
  }()

  static func read(_ messages: [[UInt8]]) throws -> [Reading] {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appendingPathComponent("martlet-mime-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try JSONEncoder().encode(messages.map { Data($0) }).write(to: file)
    return try JSONDecoder().decode([Reading].self, from: run(["-c", script, file.path]))
  }

  private struct Failure: Error { let status: Int32 }

  private static func run(_ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return data
  }

  private static let script = #"""
    import base64, collections, email, email.header, email.policy, json, re, sys
    strict = email.policy.SMTP.clone(raise_on_defect=True)

    def exact_name(source, name, address):
        # The phrase as written, unfolded; the policy alone misplaces spaces.
        value = re.search(rb'^' + name + rb': ((?:.|\r\n[ ])*)\r\n', source, re.M).group(1)
        value = value.replace(b'\r\n', b'').decode('ascii')
        if value.startswith('=?'):
            words = email.header.decode_header(value[:value.rindex(' <')])
            return ''.join(w.decode(c) for w, c in words)
        return address.display_name

    readings = []
    for encoded in json.load(open(sys.argv[1])):
        source = base64.b64decode(encoded)
        message = email.message_from_bytes(source, policy=strict)
        sender, to = message['From'].addresses, message['To'].addresses
        assert len(sender) == 1 and len(to) == 1
        defects = []
        parts = list(message.walk())
        for part in parts:
            defects += [str(d) for d in part.defects]
            for name, value in part.items():
                # A fallback beside an extended parameter is a duplicate to this parser.
                defects += [name + ': ' + str(d) for d in value.defects]
        files = list(p for p in parts if p.get_content_disposition() == 'attachment')
        bodies = {p.get_content_type(): p.get_payload(decode=True) for p in parts
                  if not p.is_multipart() and p not in files}
        readings.append(dict(
            subject=str(message['Subject']),
            fromName=exact_name(source, b'From', sender[0]),
            fromLetters=re.sub(r'\s', '', sender[0].display_name),
            fromAddress=sender[0].addr_spec,
            toName=exact_name(source, b'To', to[0]), toAddress=to[0].addr_spec,
            headerCounts=collections.Counter(message.keys()),
            defects=defects, types=[p.get_content_type() for p in parts],
            text=base64.b64encode(bodies.get('text/plain', b'')).decode(),
            html=base64.b64encode(bodies.get('text/html', b'')).decode(),
            fileNames=[p['Content-Disposition'].params['filename'] for p in files],
            partNames=[p['Content-Type'].params['name'] for p in files],
            contents=[base64.b64encode(p.get_payload(decode=True)).decode() for p in files],
            date=message['Date'].datetime.isoformat(),
            longestLine=max(len(line) for line in source.split(b'\r\n')),
            bareLineEndings=len(re.findall(rb'\r(?!\n)|(?<!\r)\n', source))))
    json.dump(readings, sys.stdout)
    """#
}
