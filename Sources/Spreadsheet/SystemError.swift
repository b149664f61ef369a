import Glibc

/// The system's error numbers in plain sentences.
enum SystemError {
  static func sentence(_ code: Int32) -> String {
    switch code {
    case ENOENT, ENOTDIR: "there is no such file. Check the path."
    case EACCES, EPERM: "it may not be read. Check its permissions."
    case EISDIR: "it is a folder. Name a file."
    case EMFILE, ENFILE: "too many files are open. Close some, or raise the limit."
    case ENAMETOOLONG: "its name is too long."
    case EIO: "the disk reports an error."
    default: "the system reports error \(code)."
    }
  }
}
