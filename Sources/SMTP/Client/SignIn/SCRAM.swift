import Crypto
import MIME
import Octets

/// SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677), the client's side.
struct SCRAM: SignInExchange {
  /// Fewer make a stolen store of passwords easy to guess; more are an attack on our processor.
  static let iterations = 4_096...1_000_000

  private enum Stage: Equatable {
    case begun
    /// What the server must sign with.
    case proven(serverSignature: [UInt8])
    case complete
    /// The server has said that it will refuse us.
    case refused
  }

  private let password: [UInt8]
  private let nonce: [UInt8]
  private let bare: [UInt8]
  private var stage = Stage.begun

  var isComplete: Bool { stage == .complete }
  var first: [UInt8]? { Array("n,,".utf8) + bare }

  /// An exchange that nobody has guessed: `nonce` is printable ASCII without a comma.
  init(user: [UInt8], password: [UInt8], nonce: [UInt8]) {
    self.password = password
    self.nonce = nonce
    bare = Array("n=".utf8) + Self.escaped(user) + Array(",r=".utf8) + nonce
  }

  /// In a name, `,` and `=` would end or begin an attribute.
  private static func escaped(_ user: [UInt8]) -> [UInt8] {
    user.flatMap { octet in
      switch octet {
      case UInt8(ascii: ","): Array("=2C".utf8)
      case ASCII.equals: Array("=3D".utf8)
      default: [octet]
      }
    }
  }

  mutating func answer(to challenge: [UInt8]) async throws(SignInFault) -> [UInt8] {
    switch stage {
    case .begun: return try await proof(for: challenge)
    case .proven(let expected):
      stage = try Self.verdict(challenge, expected)
      return []
    case .complete, .refused: throw .malformed("a challenge behind the last of SCRAM")
    }
  }

  // MARK: The server's first message

  private mutating func proof(for challenge: [UInt8]) async throws(SignInFault) -> [UInt8] {
    let terms = try Terms(challenge)
    // Ours in front says that this answers us and not somebody else's attempt.
    guard terms.nonce.starts(with: nonce), terms.nonce.count > nonce.count else {
      throw .unproven
    }
    guard Self.iterations.contains(terms.iterations) else {
      throw .malformed("\(terms.iterations) rounds of SCRAM, which are too few or too many")
    }
    guard
      let salted = await PBKDF2.sha256(
        password, salt: terms.salt, iterations: terms.iterations)
    else { throw .unavailable }
    let ending = Array("c=biws,r=".utf8) + terms.nonce
    let message = bare + [Self.comma] + challenge + [Self.comma] + ending
    let clientKey = HMAC.sha256(Array("Client Key".utf8), key: salted)
    let signature = HMAC.sha256(message, key: SHA256.hash(clientKey))
    let serverKey = HMAC.sha256(Array("Server Key".utf8), key: salted)
    stage = .proven(serverSignature: HMAC.sha256(message, key: serverKey))
    var answer = ending + Array(",p=".utf8)
    Base64.append(zip(clientKey, signature).map { $0 ^ $1 }, to: &answer)
    return answer
  }

  // MARK: The server's last message

  private static func verdict(
    _ message: [UInt8], _ expected: [UInt8]
  ) throws(SignInFault) -> Stage {
    let first = message.prefix { $0 != comma }
    // The refusal that follows says the same with a code; an acceptance would not be believed.
    if first.starts(with: "e=".utf8) { return .refused }
    guard first.starts(with: "v=".utf8), let signature = Base64.decode(first.dropFirst(2)),
      ConstantTime.areEqual(signature, expected)
    else { throw .unproven }
    return .complete
  }

  private static let comma = UInt8(ascii: ",")

  /// What the server's first message says.
  private struct Terms {
    let nonce: [UInt8]
    let salt: [UInt8]
    let iterations: Int

    init(_ message: [UInt8]) throws(SignInFault) {
      let parts = message.split(separator: comma, omittingEmptySubsequences: false)
      // A mandatory extension, `m=`, would stand in front of the nonce.
      guard parts.count >= 3, parts[0].starts(with: "r=".utf8), parts[1].starts(with: "s=".utf8),
        parts[2].starts(with: "i=".utf8)
      else { throw .malformed("a challenge that is not SCRAM's") }
      nonce = [UInt8](parts[0].dropFirst(2))
      guard nonce.allSatisfy({ 0x21...0x7E ~= $0 }) else {
        throw .malformed("a challenge of SCRAM with a nonce that is no text")
      }
      guard let salt = Base64.decode(parts[1].dropFirst(2)), !salt.isEmpty else {
        throw .malformed("a challenge of SCRAM without salt")
      }
      self.salt = salt
      let digits = parts[2].dropFirst(2)
      guard 1...9 ~= digits.count, digits.allSatisfy(\.isASCIIDigit) else {
        throw .malformed("a challenge of SCRAM without a number of rounds")
      }
      iterations = digits.reduce(0) { $0 * 10 + Int($1 & 0x0F) }
    }
  }
}
