import Octets

/// Names and values as a form or a query sent them, in order.
public struct FormFields: Sendable, Equatable {
  public struct Item: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var items: [Item]

  public init(_ items: [Item] = []) { self.items = items }

  /// Reads `a=1&b=2`.
  ///
  /// - Returns: `nil` when there are more than `limit` items.
  public init?(urlencoded octets: ArraySlice<UInt8>, limit: Int = 1_000) {
    items = []
    for pair in octets.split(separator: UInt8(ascii: "&")) {
      guard items.count < limit else { return nil }
      let middle = pair.firstIndex(of: ASCII.equals) ?? pair.endIndex
      items.append(
        Item(
          PercentEncoding.decodeForm(pair[..<middle]),
          PercentEncoding.decodeForm(pair[middle...].dropFirst())))
    }
  }

  /// The first value of this name.
  public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  public func all(_ name: String) -> [String] {
    items.filter { $0.name == name }.map(\.value)
  }

  public mutating func append(_ name: String, _ value: String) {
    items.append(Item(name, value))
  }

  /// The items as `a=1&b=2`.
  public var urlencoded: String {
    items.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
      .joined(separator: "&")
  }
}
