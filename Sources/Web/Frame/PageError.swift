import HTTP
import Octets

/// Why a page cannot be shown, for the one who asked.
enum PageError: Error, Equatable {
  /// There is no such thing, or not in this workspace: nobody learns which.
  case notFound
  case forbidden(String)
  case badRequest(String)
  /// Too many tries; how long to wait.
  case tooMany(Duration)
  /// The form's token is missing or was made for somebody else.
  case staleForm
}
