import Crypto
import MIME
import Octets

/// The client's side of one attempt at signing in: what it says first, and to each challenge.
///
/// All octets are as the mechanism defines them, before base64.
protocol SignInExchange {
  /// What goes with AUTH itself; `nil` when the server speaks first.
  var first: [UInt8]? { get }

  /// Whether a "yes" of the server may be believed now.
  var isComplete: Bool { get }

  mutating func answer(to challenge: [UInt8]) async throws(SignInFault) -> [UInt8]
}

/// Why an exchange was broken off by us.
enum SignInFault: Error, Equatable {
  /// What came is not what the mechanism knows; in words.
  case malformed(String)
  /// The server does not know the password, and so is not the one that we have an account at.
  case unproven
  /// This machine cannot do the mechanism.
  case unavailable
}

extension Mechanism {
  /// A new attempt; `nonce` is for mechanisms that need something unguessable.
  func exchange(for credentials: Credentials, nonce: [UInt8]) -> any SignInExchange {
    let user = [UInt8](credentials.user.utf8)
    return credentials.withSecret { secret -> any SignInExchange in
      switch self {
      case .scramSHA256: SCRAM(user: user, password: secret, nonce: nonce)
      case .cramMD5: ChallengeResponse(user: user, password: secret)
      // RFC 4616: authorisation identity (none), NUL, user, NUL, password.
      case .plain: FixedAnswers(first: [0] + user + [0] + secret, answers: [])
      case .login: FixedAnswers(first: nil, answers: [user, secret])
      case .xoauth2:
        // What went wrong comes as a challenge, and an empty answer to it gets the refusal itself.
        FixedAnswers(
          first: Array("user=".utf8) + user + Array("\u{1}auth=Bearer ".utf8) + secret + [1, 1],
          answers: [[]])
      }
    }
  }
}

/// Answers that do not depend on the questions.
struct FixedAnswers: SignInExchange {
  let first: [UInt8]?
  private var answers: ArraySlice<[UInt8]>
  var isComplete: Bool { true }

  init(first: [UInt8]?, answers: [[UInt8]]) {
    self.first = first
    self.answers = answers[...]
  }

  mutating func answer(to challenge: [UInt8]) throws(SignInFault) -> [UInt8] {
    guard let answer = answers.popFirst() else {
      throw .malformed("more questions than this way of signing in has")
    }
    return answer
  }
}

/// CRAM-MD5: the user's name, and a digest of challenge and password.
struct ChallengeResponse: SignInExchange {
  let user: [UInt8]
  let password: [UInt8]
  private(set) var isComplete = false
  var first: [UInt8]? { nil }

  init(user: [UInt8], password: [UInt8]) {
    self.user = user
    self.password = password
  }

  mutating func answer(to challenge: [UInt8]) throws(SignInFault) -> [UInt8] {
    guard !isComplete else { throw .malformed("a second challenge of CRAM-MD5") }
    guard !challenge.isEmpty else { throw .malformed("an empty challenge of CRAM-MD5") }
    guard let digest = HMAC.md5(challenge, key: password) else { throw .unavailable }
    isComplete = true
    return user + [ASCII.space] + Hex.encode(digest).utf8
  }
}
