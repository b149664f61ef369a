/// One row of an answer, its columns by name.
public struct Row: Sendable {
  private let names: [String]
  private let values: [SQL.Value]

  init(names: [String], values: [SQL.Value]) {
    self.names = names
    self.values = values
  }

  private func value(_ name: String) throws(DatabaseError) -> SQL.Value {
    guard let index = names.firstIndex(of: name) else { throw .unexpectedColumn(name) }
    return values[index]
  }

  public func integer(_ name: String) throws(DatabaseError) -> Int {
    guard let number = try integerIfAny(name) else { throw .unexpectedColumn(name) }
    return number
  }

  public func integerIfAny(_ name: String) throws(DatabaseError) -> Int? {
    switch try value(name) {
    case .integer(let number): return Int(number)
    case .null: return nil
    default: throw .unexpectedColumn(name)
    }
  }

  public func bool(_ name: String) throws(DatabaseError) -> Bool { try integer(name) != 0 }

  public func realIfAny(_ name: String) throws(DatabaseError) -> Double? {
    switch try value(name) {
    case .real(let number): return number
    case .integer(let number): return Double(number)
    case .null: return nil
    default: throw .unexpectedColumn(name)
    }
  }

  /// The octets of a text or blob.
  public func octets(_ name: String) throws(DatabaseError) -> [UInt8] {
    guard let octets = try octetsIfAny(name) else { throw .unexpectedColumn(name) }
    return octets
  }

  public func octetsIfAny(_ name: String) throws(DatabaseError) -> [UInt8]? {
    switch try value(name) {
    case .text(let octets), .blob(let octets): return octets
    case .null: return nil
    default: throw .unexpectedColumn(name)
    }
  }

  public func text(_ name: String) throws(DatabaseError) -> String {
    String(decoding: try octets(name), as: UTF8.self)
  }

  public func textIfAny(_ name: String) throws(DatabaseError) -> String? {
    try octetsIfAny(name).map { String(decoding: $0, as: UTF8.self) }
  }
}
