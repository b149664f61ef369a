import Foundation

/// Times in zones by a reader that nobody on this project wrote: Python's `zoneinfo`.
enum PythonZones {
  /// What Python found in one zone between 1900 and 2100.
  struct Reading: Decodable {
    /// Moments at which offset or abbreviation became another, the first moment before them.
    var begins: [Int64]
    var offsets: [Int]
    var abbreviations: [String]
    /// Times of day around the changes, as seconds of a clock that shows UTC.
    var shown: [Int64]
    /// The moments at which clocks show them, the first time and the second.
    var first: [Int64]
    var second: [Int64]
  }

  static let years = -2_208_988_800 as Int64..<4_102_444_800
  /// The moments at which Python looks in any case; it finds the changes between them by halving.
  static let looks = stride(from: years.lowerBound, to: years.upperBound, by: 6_000_011)

  static let isHere: Bool = {
    (try? run("import zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')", input: Data())) != nil
  }()

  /// Reads the zones of these names, looking at the given moments too.
  ///
  /// Between two looks of its own, Python would miss changes that cancel each other out.
  static func read(_ looks: [String: [Int64]]) throws -> [String: Reading] {
    let input = try JSONEncoder().encode(looks)
    return try JSONDecoder().decode([String: Reading].self, from: run(script, input: input))
  }

  /// The moments for which `readRules` gives offsets: 2026 to 2053, at odd times of day.
  static let ruleLooks = stride(from: 1_767_225_600 as Int64, to: 2_640_000_000, by: 50_021)

  /// Offsets in zones of these rules, as Python hears them from the system's C library.
  static func readRules(_ rules: [String]) throws -> [[Int]] {
    let input = try JSONEncoder().encode(rules)
    return try JSONDecoder().decode([[Int]].self, from: run(ruleScript, input: input))
  }

  private struct Failure: Error { let status: Int32 }

  private static func run(_ script: String, input: Data) throws -> Data {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appendingPathComponent("martlet-zones-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try input.write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Both read the same files.
    process.arguments = ["PYTHONTZPATH=/usr/share/zoneinfo", "python3", "-c", script, file.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return data
  }

  private static let script = #"""
    import json, sys
    from datetime import datetime, timedelta, timezone
    from zoneinfo import ZoneInfo
    epoch = datetime(1970, 1, 1)
    begin, end, step = -2208988800, 4102444800, 6000011

    def period(zone, moment):
        there = (epoch + timedelta(seconds=moment)).replace(tzinfo=timezone.utc).astimezone(zone)
        return there.utcoffset() // timedelta(seconds=1), there.tzname()

    def moment_of(zone, shown, fold):
        there = (epoch + timedelta(seconds=shown)).replace(tzinfo=zone, fold=fold)
        return shown - there.utcoffset() // timedelta(seconds=1)

    def reading(zone, looks):
        begins, periods = [begin], [period(zone, begin)]
        before = begin
        for moment in sorted(set(range(begin, end, step)) | set(looks)):
            # Every change on the way from the last look, by halving.
            while period(zone, moment) != periods[-1]:
                low, high = before, moment
                while high - low > 1:
                    middle = (low + high) // 2
                    if period(zone, middle) == periods[-1]: low = middle
                    else: high = middle
                begins.append(high)
                periods.append(period(zone, high))
                before = high
            before = moment
        shown = []
        for change, old, new in zip(begins[1:], periods, periods[1:]):
            early, late = change + min(old[0], new[0]), change + max(old[0], new[0])
            shown += [early - 1, early, (early + late) // 2, late - 1, late]
        return dict(
            begins=begins, offsets=[o for o, _ in periods], abbreviations=[a for _, a in periods],
            shown=shown, first=[moment_of(zone, s, 0) for s in shown],
            second=[moment_of(zone, s, 1) for s in shown])

    given = json.load(open(sys.argv[1]))
    json.dump({name: reading(ZoneInfo(name), looks) for name, looks in given.items()}, sys.stdout)
    """#

  private static let ruleScript = #"""
    import json, os, sys, time

    def offsets(rule):
        os.environ['TZ'] = rule
        time.tzset()
        return [time.localtime(t).tm_gmtoff for t in range(1767225600, 2640000000, 50021)]

    json.dump([offsets(rule) for rule in json.load(open(sys.argv[1]))], sys.stdout)
    """#
}
