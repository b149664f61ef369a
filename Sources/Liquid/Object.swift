/// Named values in the order in which they were given.
public struct Object: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    public let key: [UInt8]
    public var value: Value
  }

  public private(set) var entries: [Entry] = []
  /// Where a key is among the entries; kept only when looking through them would take longer.
  private var positions: [[UInt8]: Int] = [:]

  public init() {}

  public init(_ entries: KeyValuePairs<String, Value>) {
    for (key, value) in entries { self[[UInt8](key.utf8)] = value }
  }

  /// The value of a key; setting `nil` changes nothing.
  public subscript(key: [UInt8]) -> Value? {
    get { position(of: key).map { entries[$0].value } }
    set {
      guard let newValue else { return }
      if let position = position(of: key) {
        entries[position].value = newValue
        return
      }
      entries.append(Entry(key: key, value: newValue))
      if positions.isEmpty, entries.count <= 8 { return }
      if positions.isEmpty {
        for (position, entry) in entries.enumerated() { positions[entry.key] = position }
      } else {
        positions[key] = entries.count - 1
      }
    }
  }

  private func position(of key: [UInt8]) -> Int? {
    if positions.isEmpty { entries.firstIndex { $0.key == key } } else { positions[key] }
  }

  /// Equal keys with equal values, in whatever order.
  public static func == (left: Self, right: Self) -> Bool {
    left.entries.count == right.entries.count
      && left.entries.allSatisfy { right[$0.key] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(entries.count)
    for key in entries.map(\.key.hashValue).sorted() { hasher.combine(key) }
  }
}
