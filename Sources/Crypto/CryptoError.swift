/// Why a secret could not be made, found or opened.
public enum CryptoError: Error, Equatable {
  /// `SECRET_KEY` has fewer than the required characters.
  case keyTooShort(characters: Int, required: Int)
  /// `SECRET_KEY` is a word out of an example, or one character repeated.
  case keyIsPlaceholder
  /// The octets are no sealed secret, or one of a later version of the program.
  case notSealed
  /// The secret was sealed with a key that is neither the current nor a previous one.
  case unknownKey(KeyID)
  /// The key is right; the octets were changed, or they belong to another row.
  case doesNotOpen
  /// The key file holds something other than keys.
  case keyFileMalformed(path: String)
  /// The operating system refused a step on the key file.
  case keyFileFailed(path: String, step: String, errno: Int32)
  /// Hashing a password needs more memory than there is.
  case outOfMemory
}

extension CryptoError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .keyTooShort(let characters, let required):
      "SECRET_KEY has \(characters) characters; it needs at least \(required)"
    case .keyIsPlaceholder:
      "SECRET_KEY is a placeholder; set it to a random text of your own"
    case .notSealed:
      "the stored value is not a sealed secret of this version"
    case .unknownKey(let id):
      "the secret was sealed with key \(id), which is not at hand; was SECRET_KEY changed?"
    case .doesNotOpen:
      "the sealed secret was damaged, or belongs to another row"
    case .keyFileMalformed(let path):
      "\(path) is not a key file"
    case .keyFileFailed(let path, let step, let errno):
      "\(path): \(step) failed (errno \(errno))"
    case .outOfMemory:
      "there is not enough memory to hash a password"
    }
  }
}
