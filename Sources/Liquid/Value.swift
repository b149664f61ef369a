import Octets

/// A piece of data that a template reads, compares, filters and prints.
public enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case decimal(Double)
  case string([UInt8])
  /// Text that is HTML already and is therefore not escaped on output.
  case markup([UInt8])
  case array([Value])
  case object(Object)
  /// The integers from the first to the second, none when the second is smaller.
  case range(Int, Int)
  /// The word `empty`, which equals an empty string, array or object.
  case empty
  /// The word `blank`, which equals whatever is empty, white space, false or nothing.
  case blank
  /// The `forloop` or `tablerowloop` of the running loop with this number.
  case loop(Int)

  public init(_ text: String) { self = .string([UInt8](text.utf8)) }
}

extension Value {
  /// Whether a condition on this value alone holds: all but nothing and false.
  var isTruthy: Bool {
    switch self {
    case .null, .bool(false): false
    default: true
    }
  }

  /// Whether the value prints as nothing because there is nothing, as in a missing field.
  var isMissing: Bool {
    switch self {
    case .null: true
    case .string(let text), .markup(let text): text.isEmpty
    default: false
    }
  }

  /// The octets of a text, `nil` for all other values.
  var text: [UInt8]? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  /// Whether the word `empty` equals this value.
  var isEmpty: Bool {
    switch self {
    case .string(let text), .markup(let text): text.isEmpty
    case .array(let items): items.isEmpty
    case .object(let object): object.entries.isEmpty
    default: false
    }
  }

  /// Whether the word `blank` equals this value.
  var isBlank: Bool {
    switch self {
    case .null, .bool(false): true
    case .string(let text), .markup(let text): text.allSatisfy(\.isASCIIWhitespace)
    default: isEmpty
    }
  }
}
